// SPDX-License-Identifier: Apache-2.0
// Holds configurations against a JSON Schema (draft 2020-12) with the npm packages “ajv” and “yaml”.
// usage: node validate.js SCHEMA     stdin: a JSON string a line, a configuration in YAML or JSON each; stdout: the errors of each, as a list
'use strict';

const fs = require('fs');
const readline = require('readline');
const Ajv = require('ajv/dist/2020');
const yaml = require('yaml');

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true, strictRequired: false, strictTypes: false });
const validate = ajv.compile(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')));

function errorsOf(text) {
  let value;
  try {
    value = yaml.parse(text);
  } catch (error) {
    return [error.message];
  }
  return validate(value) ? [] : validate.errors.map((error) => `${error.instancePath} ${error.message}`);
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  process.stdout.write(JSON.stringify(errorsOf(JSON.parse(line))) + '\n');
});
