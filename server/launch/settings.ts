/**
 * Settings as a person gives them: flags, PORTHOLE_* environment variables, the configuration file; what comes first in
 * that order wins. Pure: texts in, settings out. Whatever is unknown or wrong is an error that says what, and where it
 * was found.
 */
import * as v from 'valibot';
import { Settings, settingNames } from '../../protocol/settings.ts';

/** Said to the person as it stands, without a stack. */
export class StartError extends Error {}

type Name = keyof Settings;

/** One value, and where it was found: `--port`, `PORTHOLE_PORT`, `port in /x/porthole.config.json`. */
export type Given = { name: Name; value: unknown; from: string };

export const configFileName = 'porthole.config.json';

const words = (name: Name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
export const flagOf = (name: Name) => `--${words(name)}`;
export const variableOf = (name: Name) => `PORTHOLE_${words(name).replaceAll('-', '_').toUpperCase()}`;

const byFlag = new Map(settingNames.map((name) => [flagOf(name), name]));
const byVariable = new Map(settingNames.map((name) => [variableOf(name), name]));

/** How many letters one must change, add or leave out to get from one to the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** ` Did you mean --port?`, or nothing where no name is near. */
function suggestion(unknown: string, known: Iterable<string>): string {
  const [best] = [...known]
    .map((name) => ({ name, away: distance(unknown.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.away - b.away);
  return best && best.away <= Math.max(2, Math.floor(unknown.length / 4)) ? ` Did you mean ${best.name}?` : '';
}

/** Takes the settings out of a command line; `rest` is what is none of them, in its order. @throws StartError */
export function fromFlags(args: readonly string[]): { given: Given[]; rest: string[] } {
  const given: Given[] = [];
  const rest: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    const equals = arg.indexOf('=');
    const flag = equals < 0 ? arg : arg.slice(0, equals);
    const name = byFlag.get(flag);
    if (name === undefined) {
      rest.push(arg);
      continue;
    }
    const value = equals < 0 ? args[++index] : arg.slice(equals + 1);
    if (value === undefined || (equals < 0 && value.startsWith('--'))) throw new StartError(`${flag} needs a value.`);
    // Of a flag that is given twice the last one counts.
    const before = given.findIndex((one) => one.name === name);
    if (before >= 0) given.splice(before, 1);
    given.push({ name, value, from: flag });
  }
  return { given, rest };
}

/** @param others what may be there besides the settings @throws StartError naming the first that may not */
export function refuseUnknown(rest: readonly string[], others: readonly string[]): void {
  const unknown = rest.find((arg) => !others.includes(arg));
  if (unknown === undefined) return;
  const what = unknown.startsWith('-') ? `${unknown.split('=')[0]} is no setting` : `"${unknown}" is not understood`;
  const near = suggestion(unknown.split('=')[0] ?? '', [...byFlag.keys(), ...others]);
  throw new StartError(`${what}.${near} \`porthole help\` lists them all.`);
}

/** @throws StartError on a PORTHOLE_* variable that is no setting */
export function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Given[] {
  return Object.entries(environment).flatMap(([variable, value]) => {
    if (!variable.startsWith('PORTHOLE_') || value === undefined) return [];
    const name = byVariable.get(variable);
    if (name) return [{ name, value, from: variable }];
    throw new StartError(
      `The environment variable ${variable} is no setting.${suggestion(variable, byVariable.keys())}`,
    );
  });
}

/** @param path where the text was found @throws StartError */
export function fromFile(text: string, path: string): Given[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new StartError(`${path} is not JSON: ${(error as Error).message}.`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new StartError(`${path} must hold an object: {"port": 8080}.`);
  }
  return Object.entries(content).map(([key, value]) => {
    const name = settingNames.find((one) => one === key);
    if (!name) throw new StartError(`"${key}" in ${path} is no setting.${suggestion(key, settingNames)}`);
    if (name === 'state') throw new StartError(`"state" in ${path}: that is where this file is found; use --state.`);
    return { name, value, from: `"${key}" in ${path}` };
  });
}

/** Checks every value, and lets the first of each name win. @throws StartError naming place, value and what is right */
export function settle(...sources: Given[][]): Settings {
  const input: Record<string, unknown> = {};
  for (const { name, value, from } of sources.flat()) {
    const checked = v.safeParse(Settings.entries[name], value);
    if (!checked.success) {
      const [issue] = checked.issues;
      const where = v.getDotPath(issue);
      throw new StartError(
        `${from}: ${JSON.stringify(value)} is not right: ${where ? `${where}: ` : ''}${issue.message}.`,
      );
    }
    if (!Object.hasOwn(input, name)) input[name] = value;
  }
  return v.parse(Settings, input);
}
