export { GpuBusyError, GpuLease, leaseFolder, type LeaseRequest } from './lease.js';
export { makeRoom, type Unloadable } from './make-room.js';
export { registerRenderServer, renderServersOn, type GpuRenderServer } from './render-servers.js';
