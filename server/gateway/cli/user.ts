/** `user add|list|remove|link`: the users of this box, from its command line. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { Role } from '../../../protocol/manifest.ts';
import { linkOrigin } from '../address-file.ts';
import { type GatewayConfig, StartError } from '../config.ts';
import { tellGateway } from '../control.ts';
import { storeFile } from '../gateway.ts';
import { Orchestrator } from '../orchestrator.ts';
import { newUserId } from '../sessions/secrets.ts';
import { signInLink } from '../sessions/sessions.ts';
import { openStore } from '../store/sqlite.ts';
import { EmailTaken, type Store, type UserRecord } from '../store/store.ts';

/** One line for the person; `exitCode` 2: asked wrongly, 1: it could not be done. */
export class UsageError extends Error {
  readonly exitCode: 1 | 2;
  constructor(message: string, exitCode: 1 | 2 = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

const usage =
  'porthole user add EMAIL [--name NAME] [--role admin|member|demo] | list [--json] | remove EMAIL | link EMAIL';

const Email = v.pipe(v.string(), v.trim(), v.maxLength(254), v.regex(/^[^\s@<>"\p{Cc}]+@[^\s@<>"\p{Cc}]+$/u));

const options = { name: { type: 'string' }, role: { type: 'string' }, json: { type: 'boolean' } } as const;
/** Which options go with which command. */
const allowed: Record<string, readonly string[]> = { add: ['name', 'role'], list: ['json'], remove: [], link: [] };

interface Asked {
  command: string;
  email: string;
  name: string | undefined;
  role: Role;
  json: boolean;
}

/** @throws UsageError */
function parseUserArgs(args: string[]): Asked {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    // Node's own sentence names the option; what follows it is advice for programmers.
    throw new UsageError(`${String(error instanceof Error ? error.message : error).split('. ')[0]}. Say: ${usage}`);
  }
  const { values, positionals } = parsed;
  const [command = '', email, ...more] = positionals;
  const known = allowed[command];
  if (!known)
    throw new UsageError(`${command === '' ? 'A command is missing' : `Unknown command ${command}`}. Say: ${usage}`);
  const wrong = Object.keys(values).find((name) => !known.includes(name));
  if (wrong) throw new UsageError(`--${wrong} does not go with user ${command}. Say: ${usage}`);
  const extra = command === 'list' ? email : more[0];
  if (extra !== undefined) throw new UsageError(`${extra} is too much. Say: ${usage}`);
  const address = v.safeParse(Email, email);
  if (command !== 'list' && !address.success)
    throw new UsageError(
      email === undefined ? `EMAIL is missing. Say: ${usage}` : `${email} is not an e-mail address.`,
    );
  const role = v.safeParse(Role, values.role ?? 'member');
  if (!role.success) throw new UsageError(`${values.role} is not a role: choose admin, member or demo.`);
  const name = values.name?.trim();
  if (name !== undefined && (name === '' || name.length > 100 || /\p{Cc}/u.test(name)))
    throw new UsageError('--name must be 1 to 100 letters on one line.');
  return { command, email: address.success ? address.output : '', name, role: role.output, json: values.json ?? false };
}

const parse = (args: string[]) => parseArgs({ args, options, allowPositionals: true });

/** What goes to stdout. @throws UsageError, or StartError where there is no state folder */
export async function user(config: GatewayConfig, args: string[]): Promise<string> {
  const asked = parseUserArgs(args);
  const shell = linkOrigin(config.state, config.settings);
  if (!existsSync(config.state))
    throw new StartError(`There is no Porthole in ${config.state} yet: start it once with \`npm start\`.`);
  const store = openStore(storeFile(config.state));
  try {
    switch (asked.command) {
      case 'add':
        return await add(store, shell, asked);
      case 'list': {
        const users = await store.users();
        return asked.json ? `${JSON.stringify(users, null, 2)}\n` : table(users);
      }
      case 'remove': {
        const { id, text } = await remove(store, asked.email);
        await tellGateway(config.state);
        if (await new Orchestrator(config.orchestrator).stop(id)) return text;
        return `${text}Whether their container still runs is not known: Porthole is not running to be asked.\n`;
      }
      default:
        return await linkFor(store, shell, await known(store, asked.email));
    }
  } finally {
    await store.close();
  }
}

async function add(store: Store, shell: string, { email, name, role }: Asked): Promise<string> {
  const record: UserRecord = {
    id: newUserId(),
    email,
    name: name ?? email.slice(0, email.lastIndexOf('@')),
    role,
    created: Date.now(),
  };
  try {
    await store.addUser(record);
  } catch (error) {
    if (!(error instanceof EmailTaken)) throw error;
    throw new UsageError(`There is already a user ${email}. For a sign-in link say: porthole user link ${email}`, 1);
  }
  // The printed link that makes an administrator must not lie about once there is one.
  if (role === 'admin') await store.withdrawFirstAdmin();
  return `${table([record])}\n${await linkFor(store, shell, record)}`;
}

async function remove(store: Store, email: string): Promise<{ id: string; text: string }> {
  const { id, role } = await known(store, email);
  const others = (await store.users()).filter((of) => of.id !== id);
  if (role === 'admin' && others.length > 0 && !others.some((of) => of.role === 'admin'))
    throw new UsageError(
      `${email} is the only administrator: add another first with porthole user add EMAIL --role admin.`,
      1,
    );
  await store.removeUser(id);
  const left = others.length === 0 ? ' Nobody is left: the next start prints a link for the first administrator.' : '';
  return { id, text: `Removed ${email}. Sessions are ended; files are kept.${left}\n` };
}

async function known(store: Store, email: string): Promise<UserRecord> {
  const found = await store.userByEmail(email);
  if (!found) throw new UsageError(`There is no user ${email}. See: porthole user list`, 1);
  return found;
}

async function linkFor(store: Store, shell: string, { id, name }: UserRecord): Promise<string> {
  return `${name} signs in here, once and within 24 hours:\n${await signInLink(store, shell, id)}\n`;
}

function table(users: readonly UserRecord[]): string {
  const rows = [
    ['EMAIL', 'NAME', 'ROLE', 'SINCE', 'ID'],
    ...users.map((of) => [of.email, of.name, of.role, new Date(of.created).toISOString().slice(0, 10), of.id]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
