/** What the gateway is started with: JSON in the environment variable `PORTHOLE_GATEWAY`. */
import * as v from 'valibot';
import { appOrigin, Settings, shellOrigin } from '../../protocol/settings.ts';

const configVariable = 'PORTHOLE_GATEWAY';

export const GatewayConfig = v.object({
  settings: v.object({ ...Settings.entries, state: v.string(), isolation: v.picklist(['nspawn', 'none']) }),
  /** The gateway's own folder: owned by its uid, 0700. */
  state: v.string(),
  /** Folder of the built page. */
  shell: v.string(),
  /** Names the build. */
  build: v.string(),
  orchestrator: v.object({ socket: v.string(), token: v.string() }),
});
export type GatewayConfig = v.InferOutput<typeof GatewayConfig>;

/** One plain sentence for the person who starts Porthole. */
export class StartError extends Error {}

/** Takes the configuration out of the environment, so that nothing started from here inherits it. @throws StartError */
export function takeConfig(environment: NodeJS.ProcessEnv): GatewayConfig {
  const text = environment[configVariable];
  delete environment[configVariable];
  if (text === undefined) throw new StartError(`${configVariable} is not set: start Porthole with \`npm start\`.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new StartError(`${configVariable} is not JSON.`);
  }
  const parsed = v.safeParse(GatewayConfig, json);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    throw new StartError(`${configVariable}: ${v.getDotPath(issue) ?? 'value'}: ${issue.message}.`);
  }
  checkDomain(parsed.output);
  return parsed.output;
}

/** Apps live one label below the shell's host: an address has nothing below it. @throws StartError */
function checkDomain({ settings }: GatewayConfig): void {
  for (const shell of new Set([shellOrigin(settings), `http://${settings.domain}`])) {
    const host = new URL(shell).hostname;
    if (new URL(appOrigin(shell, 'app')).hostname !== `app.${host}`)
      throw new StartError(`${host} is an address, and apps need names below it: give a host name with --domain.`);
  }
}
