/**
 * An agent for the orchestrator's tests: it answers as the real one does, and runs what it is told, so that a test can
 * look around from inside a container. With a file `no-agent` in the home it ends at once, complaining.
 */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { createServer } from 'node:http';

const { socket, token, home } = JSON.parse(process.env.PORTHOLE_AGENT);
delete process.env.PORTHOLE_AGENT;
if (existsSync(`${home}/no-agent`)) {
  process.stderr.write('the probe failed on purpose\n');
  process.exit(3);
}

createServer((request, response) => {
  if (request.headers['x-porthole-agent-token'] !== token) return response.writeHead(401).end();
  if (request.url === '/health') return response.writeHead(204).end();
  if (request.url === '/alive') return response.writeHead(200).write(' ');
  let script = '';
  request.on('data', (bytes) => {
    script += bytes;
  });
  request.on('end', () => {
    execFile('sh', ['-c', script], (error, stdout, stderr) => {
      response.end(JSON.stringify({ code: error ? error.code : 0, output: stdout + stderr }));
    });
  });
}).listen(socket, () => chmodSync(socket, 0o666));
