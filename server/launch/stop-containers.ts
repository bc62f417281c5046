/** Asks the orchestrator to end every container that is not ended. */
import { request } from 'node:http';

type Answer = { status: number; body: string };

function ask(socketPath: string, token: string, method: string, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, headers: { authorization: `Bearer ${token}` }, agent: false });
    asked.on('error', reject);
    asked.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        body += part;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.end();
  });
}

/** @returns how many were ended @throws Error where one could not be */
export async function stopContainers(socket: string, token: string): Promise<number> {
  const { status, body } = await ask(socket, token, 'GET', '/v1/containers');
  if (status !== 200) throw new Error(`the orchestrator answered ${status}`);
  const running = (JSON.parse(body) as { userId: string; state: string }[]).filter(({ state }) => state !== 'absent');
  const answers = await Promise.all(
    running.map(({ userId }) => ask(socket, token, 'POST', `/v1/containers/${userId}/stop`)),
  );
  const failed = answers.find((answer) => answer.status !== 200);
  if (failed) throw new Error(failed.body);
  return running.length;
}
