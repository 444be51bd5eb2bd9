// Verdicts of ajv: reads {"schemas": {name: path}, "bodies": [[name, text], …]} from stdin, writes [true, false, …].
// NODE_PATH names the node_modules that hold ajv and ajv-formats.
"use strict";
const fs = require("fs");
const Ajv = require("ajv/dist/2020").default;
const formats = require("ajv-formats").default;

const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const ajv = formats(new Ajv({ allowUnionTypes: true }));
const validators = {};
for (const [name, path] of Object.entries(asked.schemas)) {
  validators[name] = ajv.compile(JSON.parse(fs.readFileSync(path, "utf8")));
}
process.stdout.write(JSON.stringify(asked.bodies.map(([name, text]) => validators[name](JSON.parse(text)))));
