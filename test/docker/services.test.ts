import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { findTemporal } from '../../src/embedded/index.js';
import { searchAttributes } from '../../src/project/names.js';
import { Users, usersFile } from '../../src/studio/door/users.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { exampleVariables, readCompose, root, type Service } from './compose-file.js';
import { ServiceProcess } from './service-process.js';

const { services } = readCompose({ ...exampleVariables(), POSTGRES_PASSWORD: 'a-long-word' });
const ours = Object.entries(services).filter(([, { image }]) => image?.startsWith('azit'));

/** Services that run until they are stopped, and the line by which each says that it works. */
const readiness: Record<string, RegExp> = {
  worker: /worker ready: pipeline, identity/,
  studio: /http:\/\/0\.0\.0\.0:\d+\//,
  render: /worker ready: render \(sandbox\)/,
  train: /worker ready: train \(sandbox\)/,
  'sandbox-comfyui': /To see the GUI go to: http/,
  'sandbox-render': /worker ready: render \(sandbox\)/,
  'sandbox-train': /worker ready: train \(sandbox\)/,
};

describe('docker: the services as plain processes', () => {
  let temporal: TestWorkflowEnvironment;
  let temporalBinary: string;
  let data: string;
  /** What a path or an address of a container is on this machine. */
  let places: [container: string, here: string][];
  const running: ServiceProcess[] = [];

  before(async () => {
    temporalBinary = (await findTemporal(() => {})).path;
    temporal = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'existing-path', path: temporalBinary } },
    });
    data = await temporaryFolder({ 'ai-toolkit/run.py': '' });
    const comfyPort = await freePort();
    await new Users(usersFile(join(data, '.azit', 'studio'))).add('mina', 'decide', 'a long password');
    places = [
      ['temporal:7233', temporal.address],
      ['http://sandbox-comfyui:8188', `http://127.0.0.1:${comfyPort}`],
      ['http://host.docker.internal:8188', `http://127.0.0.1:${comfyPort}`],
      ['127.0.0.1:8188', `127.0.0.1:${comfyPort}`],
      ['8188', String(comfyPort)],
      ['7788', String(await freePort())],
      ['/opt/azit/', root],
      ['/data', data],
      ['/comfyui-loras', `${data}/comfyui/models/loras`],
      ['/ai-toolkit', `${data}/ai-toolkit`],
      ['/venv/bin/python', process.execPath],
    ];
  });
  afterEach(() => running.splice(0).forEach((service) => service.kill()));
  after(async () => {
    await temporal?.teardown();
    await removeTemporaryFolders();
  });

  const here = (text: string): string =>
    places.reduce((word, [container, place]) => word.replaceAll(container, place), text);

  function environmentOf({ environment = {} }: Service): Record<string, string> {
    const given = Object.entries(environment).filter(([, value]) => value !== null);
    return Object.fromEntries(given.map(([name, value]) => [name, here(String(value))]));
  }

  function start(service: Service, words = service.command ?? []): ServiceProcess {
    const started = new ServiceProcess(words.map(here), environmentOf(service), data);
    running.push(started);
    return started;
  }

  it('every service that stays has a line by which it is known to work', () => {
    const staying = ours.filter(([, { restart }]) => restart === 'unless-stopped').map(([name]) => name);
    assert.deepEqual(staying.sort(), Object.keys(readiness).sort());
  });

  for (const [name, line] of Object.entries(readiness)) {
    it(`${name} starts with its own words and environment, and ends cleanly on SIGTERM`, async () => {
      const service = start(services[name]);
      await service.says(line);
      assert.equal(await service.stop(), 0);
    });
  }

  it("the sandbox's health is seen, and so is its absence", async () => {
    const service = services['sandbox-comfyui'];
    const [, program, ...words] = service.healthcheck?.test ?? [];
    assert.equal(program, 'node');
    const check = () => promisify(execFile)(process.execPath, words.map(here));
    await assert.rejects(check());
    const comfy = start(service);
    await comfy.says(readiness['sandbox-comfyui']);
    await check();
    await comfy.stop();
  });

  it('`azit doctor`, the health of every image, passes beside Temporal and fails without', async () => {
    assert.equal(await start(services.worker, ['doctor']).ended(), 0);
    const lost = new ServiceProcess(['doctor'], { TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` }, data);
    running.push(lost);
    assert.notEqual(await lost.ended(), 0);
  });

  it('the demo is started, tells where to watch it, and can be interrupted', async () => {
    const worker = start(services.worker);
    await worker.says(readiness.worker);
    const demo = start(services.demo);
    await demo.says(/http:\/\/127\.0\.0\.1:8080\/namespaces\/default\/workflows\/azit-demo/);
    assert.equal(await demo.stop(), 130);
    await worker.stop();
  });

  it('namespace.sh makes the namespace with the search attributes of src/project/names.ts, and twice is no mistake', async () => {
    const env = {
      ...process.env,
      PATH: `${dirname(temporalBinary)}:${process.env.PATH}`,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: 'made-by-namespace-sh',
    };
    const script = promisify(execFile);
    for (let times = 0; times < 2; times += 1)
      await script('/bin/sh', [`${root}docker/temporal/namespace.sh`], { env });
    const { stdout } = await script('temporal', ['operator', 'search-attribute', 'list', '-o', 'json'], { env });
    const { customAttributes } = JSON.parse(stdout) as { customAttributes: Record<string, string> };
    const types = Object.entries(customAttributes).map(([name, type]) => [name, plainType(type)]);
    assert.deepEqual(Object.fromEntries(types), searchAttributes);
  });
});

/** INDEXED_VALUE_TYPE_KEYWORD -> Keyword */
function plainType(type: string): string {
  const word = type.replace('INDEXED_VALUE_TYPE_', '').toLowerCase();
  return word[0].toUpperCase() + word.slice(1);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise<unknown>((resolve) => server.close(resolve));
  return port;
}
