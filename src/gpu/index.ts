export { GpuBusyError, GpuLease, leaseFolder, type LeaseRequest } from './lease.js';
export { makeRoom, type Unloadable } from './make-room.js';
export { registerTenant, tenantsOf, type Tenant } from './tenants.js';
