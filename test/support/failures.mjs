import assert, { AssertionError } from 'node:assert/strict';

// Where no words are given, Node 20's reads the file to tell what was asserted, and seeks it at the place it has once it is
// compiled, which is one long line: one failure in a file of 300 lines took eight minutes.
assert.ok = function ok(value, message) {
  if (value) return;
  if (message instanceof Error) throw message;
  const told = { message: message ?? 'it is not so', actual: value, expected: true, operator: '==' };
  throw new AssertionError({ ...told, stackStartFn: ok });
};
// The stack of a failure names the line as it was written.
process.setSourceMapsEnabled(true);
