/** Circles, of types too: eslint's walls know neither those nor folders. */
export default {
  forbidden: [
    {
      name: 'no-circle-of-files',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/sandbox/' },
      to: { circular: true },
    },
    {
      name: 'no-circle-of-rooms',
      severity: 'error',
      scope: 'folder',
      from: { path: '^src/(faces/)?[^/]+$', pathNot: '^src/(faces|sandbox)$' },
      to: { circular: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
