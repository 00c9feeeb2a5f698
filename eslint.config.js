import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

const adapters = [
  'comfyui',
  'trainer',
  'aitoolkit',
  'faces',
  'artifacts',
  'report',
  'export',
  'sandbox',
  'gpu',
  'machine',
  'notify',
];

/** Temporal and the rooms that know it. */
const orchestration = [
  '@temporalio/*',
  ...['activities', 'workflows', 'workers', 'client', 'cli', 'progress', 'studio'].map((room) => `**/${room}/**`),
];

/** Rooms that a workflow may run code of: pure ones. Of all others it takes types alone. */
const impure = [
  ...adapters,
  ...['activities', 'workers', 'client', 'cli', 'embedded', 'files', 'payloads', 'progress', 'sqlite', 'studio'],
];

/** The walls of the house: which folder may import what. */
const forbid = (...group) => ({ 'no-restricted-imports': ['error', { patterns: group }] });

export default tseslint.config(
  { ignores: ['dist', '.test-build', '.azit', 'node_modules', 'test/histories'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'import-x/no-duplicates': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: adapters.map((folder) => `src/${folder}/**`),
    rules: forbid({
      group: orchestration,
      message: 'Adapters know nothing of Temporal.',
    }),
  },
  {
    files: ['src/trainer/**'],
    rules: forbid({
      group: [...orchestration, '**/aitoolkit/**'],
      message: 'The port of training knows no trainer by name: what differs between them stands in TrainerProgram.',
    }),
  },
  {
    files: ['src/sandbox/**'],
    rules: forbid({
      group: [
        '@temporalio/*',
        '**/activities/**',
        '**/workflows/**',
        '**/workers/**',
        '**/comfyui/client*',
        '**/trainer/index*',
        '**/aitoolkit/**',
      ],
      message: 'The sandbox is a second implementation: it shares no code with the adapters that drive it.',
    }),
  },
  {
    files: ['src/workflows/**'],
    rules: forbid(
      { regex: '^node:', message: 'Workflows are deterministic: no Node built-ins.' },
      {
        regex: `^(\\.\\./)+(${impure.join('|')})/`,
        allowTypeImports: true,
        message:
          'Workflows import types and pure functions only (pure: src/project, src/run, src/choice, src/dataset).',
      },
    ),
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
);
