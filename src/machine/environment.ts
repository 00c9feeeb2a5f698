/** Programs of ours call one another on this machine: no proxy leads back to it (Node 24 heeds these for fetch too). */
const loopback = ['localhost', '127.0.0.1', '::1'];

/** A debugger's port is taken by the process that a person debugs, and one that waits for a debugger never starts. */
const debugFlag = /^--(inspect|debug)(-[a-z-]+)?(=|$)/;

/**
 * What a child of ours inherits, cured of settings of the person that are not meant for it. Temporal's own are left out:
 * the embedded server and its workers have others than a half-filled profile.
 */
export function childEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('TEMPORAL_'));
  const noProxy = [environment.NO_PROXY || environment.no_proxy, ...loopback].filter(Boolean).join(',');
  return {
    ...Object.fromEntries(kept),
    NO_PROXY: noProxy,
    no_proxy: noProxy,
    NODE_OPTIONS: withoutDebugger(environment.NODE_OPTIONS ?? ''),
  };
}

function withoutDebugger(options: string): string {
  return options
    .split(/\s+/)
    .filter((option) => !debugFlag.test(option))
    .join(' ');
}
