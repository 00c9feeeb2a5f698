#!/usr/bin/env node
// What a library does that Node will drop is nothing that a person can cure.
process.noDeprecation = !process.env.AZIT_DEBUG;

// Before anything that an older Node can't read: it would answer with a stack.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 20 || (major === 20 && minor >= 19)) await import('../dist/cli/main.js');
else {
  console.error(`AZIT needs Node 20.19 or later; this is ${process.version} (${process.execPath}).`);
  process.exitCode = 2;
}
