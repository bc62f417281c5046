import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { settingNames } from '../../protocol/settings.ts';
import { help } from '../../server/launch/help.ts';
import {
  flagOf,
  fromEnvironment,
  fromFile,
  fromFlags,
  refuseUnknown,
  settle,
  variableOf,
} from '../../server/launch/settings.ts';

const file = '/state/porthole.config.json';

describe('where settings come from', () => {
  test('names in each place', () => {
    expect(flagOf('orchestratorPort')).toBe('--orchestrator-port');
    expect(variableOf('orchestratorPort')).toBe('PORTHOLE_ORCHESTRATOR_PORT');
    expect(variableOf('publicUrl')).toBe('PORTHOLE_PUBLIC_URL');
    for (const name of settingNames) expect(help()).toContain(`${flagOf(name)} `);
  });

  test('nothing given: the defaults', () => {
    expect(settle()).toEqual({ port: 7080, host: '127.0.0.1', domain: 'localhost', orchestratorPort: 9000, apps: {} });
  });

  test('flags before variables before the file, whatever is in them', () => {
    const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
    fc.assert(
      fc.property(port, port, port, fc.boolean(), (flag, variable, inFile, equals) => {
        const args = flag === undefined ? [] : equals ? [`--port=${flag}`] : ['--port', `${flag}`];
        const environment = variable === undefined ? {} : { PORTHOLE_PORT: `${variable}` };
        const text = JSON.stringify(inFile === undefined ? {} : { port: inFile });
        const settings = settle(fromFlags(args).given, fromEnvironment(environment), fromFile(text, file));
        expect(settings.port).toBe(flag ?? variable ?? inFile ?? 7080);
      }),
    );
  });

  test('flags are taken from among other arguments, which keep their order', () => {
    const other = fc
      .string({ minLength: 1 })
      .filter((text) => !settingNames.some((name) => text.startsWith(flagOf(name))));
    fc.assert(
      fc.property(fc.array(other), fc.array(other), (before, after) => {
        const { given, rest } = fromFlags([...before, '--host', 'x', ...after]);
        expect(given).toEqual([{ name: 'host', value: 'x', from: '--host' }]);
        expect(rest).toEqual([...before, ...after]);
      }),
    );
  });

  test('the last of a flag that is given twice counts', () => {
    expect(settle(fromFlags(['--port', '1', '--port=2']).given).port).toBe(2);
  });

  test('values keep an equals sign, and apps are read in each form', () => {
    const apps = { prometheus: 'http://127.0.0.1:9091/?a=b', grafana: false };
    const text = 'prometheus=http://127.0.0.1:9091/?a=b,grafana=off';
    expect(settle(fromFlags([`--apps=${text}`]).given).apps).toEqual(apps);
    expect(settle(fromEnvironment({ PORTHOLE_APPS: text })).apps).toEqual(apps);
    expect(settle(fromFile(JSON.stringify({ apps }), file)).apps).toEqual(apps);
  });

  test('variables of others are none of ours', () => {
    expect(fromEnvironment({ PATH: '/bin', PORT: '1', MY_PORTHOLE_PORT: '2', PORTHOLE_PORT: undefined })).toEqual([]);
  });
});

describe('what is wrong is named', () => {
  test.each([
    [['--prot', '8080'], '--prot is no setting. Did you mean --port?'],
    [['--prot=8080'], '--prot is no setting. Did you mean --port?'],
    [['--orchestratorPort', '1'], '--orchestratorPort is no setting. Did you mean --orchestrator-port?'],
    [['--stop-container'], 'Did you mean --stop-containers?'],
    [['--xyzzy'], '--xyzzy is no setting. `porthole help`'],
    [['8080'], '"8080" is not understood.'],
  ])('%j', (args, message) => {
    expect(() => refuseUnknown(fromFlags(args).rest, ['--stop-containers'])).toThrow(message);
  });

  test.each([
    [['--port'], '--port needs a value.'],
    [['--port', '--host', 'x'], '--port needs a value.'],
  ])('%j', (args, message) => {
    expect(() => fromFlags(args)).toThrow(message);
  });

  test.each([
    [{ PORTHOLE_PROT: '1' }, 'The environment variable PORTHOLE_PROT is no setting. Did you mean PORTHOLE_PORT?'],
    [{ PORTHOLE_ZZZZZZ: '' }, 'The environment variable PORTHOLE_ZZZZZZ is no setting.'],
  ])('%j', (environment, message) => {
    expect(() => fromEnvironment(environment)).toThrow(message);
  });

  test.each([
    ['{', `${file} is not JSON`],
    ['[]', `${file} must hold an object`],
    ['{"prot": 1}', `"prot" in ${file} is no setting. Did you mean port?`],
    ['{"constructor": 1}', `"constructor" in ${file} is no setting.`],
    ['{"state": "/x"}', 'that is where this file is found'],
  ])('%s', (text, message) => {
    expect(() => fromFile(text, file)).toThrow(message);
  });

  test.each([
    [['--port', '99999'], '--port: "99999" is not right: must be at most 65535.'],
    [['--port', 'abc'], '--port: "abc" is not right: must be a number.'],
    [['--port', '0'], '--port: "0" is not right: must be at least 1.'],
    [['--port', 'x'], '--port: "x" is not right: '],
    [['--state', 'here'], '--state: "here" is not right: must be an absolute path.'],
    [['--isolation', 'docker'], '--isolation: "docker" is not right: must be nspawn or none.'],
    [['--domain', 'a b'], '--domain: "a b" is not right: must be a host name.'],
    [['--public-url', 'https://x/y'], '--public-url: "https://x/y" is not right: must end after the host and port.'],
  ])('%j', (args, message) => {
    expect(() => settle(fromFlags(args).given)).toThrow(message);
  });

  test('also where another place would have won', () => {
    expect(() => settle(fromFlags(['--port', '1']).given, fromFile('{"port": "many"}', file))).toThrow(
      `"port" in ${file}: "many" is not right`,
    );
  });
});
