import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkManifests, manifests } from '../../manifests/index.ts';
import prometheus from '../../manifests/prometheus.ts';

test('each app has a picture', () => {
  for (const { id } of manifests) expect(existsSync(`icons/apps/${id}.svg`), id).toBe(true);
});

test('the apps of this milestone are there', () => {
  expect(manifests.map(({ id }) => id)).toEqual(expect.arrayContaining(['terminal', 'files', 'prometheus']));
});

test.each([
  [
    'a field that is wrong',
    { ...prometheus, opens: { ...prometheus.opens, port: 0 } },
    /^manifests\/prometheus\.ts: opens\.port: /,
  ],
  ['a field that is not known', { ...prometheus, colour: 'red' }, /^manifests\/prometheus\.ts: colour: /],
  ['a field that is missing', { ...prometheus, name: undefined }, /^manifests\/prometheus\.ts: name: /],
  [
    'an id that is no host label',
    { ...prometheus, id: 'Prome_theus' },
    /^manifests\/prometheus\.ts: id: must be a DNS label/,
  ],
  [
    'an id that is not the file name',
    { ...prometheus, id: 'grafana' },
    /^manifests\/prometheus\.ts: id: must be the file/,
  ],
  ['nothing exported', undefined, /^manifests\/prometheus\.ts: default export: /],
])('%s stops the build with file and field', (_, exported, message) => {
  expect(() => checkManifests({ './prometheus.ts': exported })).toThrow(message);
});
