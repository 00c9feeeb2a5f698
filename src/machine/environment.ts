type Environment = Record<string, string | undefined>;

/** Programs of ours call one another on this machine: no proxy leads back to it (Node 24 heeds these for fetch too). */
const loopback = ['localhost', '127.0.0.1', '::1'];

/** A debugger's port is taken by the process that a person debugs, and one that waits for a debugger never starts. */
const debugFlag = /^--(inspect|debug)(-[a-z-]+)?(=|$)/;

/** What any program needs: where programs, homes, caches and libraries lie, and which language. No keys of anyone. */
const basics = new Set(
  ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'TZ', 'LANG', 'LANGUAGE', 'TMPDIR', 'TEMP', 'TMP', 'PWD']
    .concat(['LD_LIBRARY_PATH', 'LD_PRELOAD', 'DYLD_LIBRARY_PATH'])
    .concat(['SYSTEMROOT', 'COMSPEC', 'PATHEXT', 'APPDATA', 'LOCALAPPDATA', 'USERPROFILE', 'PROGRAMDATA']),
);

export const isBasicVariable = (name: string): boolean =>
  basics.has(name.toUpperCase()) || /^(LC|XDG)(_|[A-Z]*$)/.test(name);

/** How a `temporal` on the PATH finds its program where it is a version manager's stand-in. */
const ofVersionManagers = ['PYENV_ROOT', 'PYENV_VERSION', 'ASDF_DIR', 'ASDF_DATA_DIR', 'MISE_DATA_DIR'];

/** For a server of ours that reaches for nothing beyond this machine: keys and proxies are none of its business. */
export function bareEnvironment(environment: Environment = process.env): Environment {
  const kept = Object.entries(environment).filter(
    ([name]) => isBasicVariable(name) || ofVersionManagers.includes(name) || name === 'NODE_OPTIONS',
  );
  return childEnvironment(Object.fromEntries(kept));
}

/**
 * What a child of ours inherits, cured of settings of the person that are not meant for it. Temporal's own are left out:
 * the embedded server and its workers have others than a half-filled profile.
 */
export function childEnvironment(environment: Environment = process.env): Environment {
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
