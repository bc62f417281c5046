/**
 * The WebSockets of terminals: frames in and out, and who is still there. A client that answers no ping in 20 s is
 * dropped; what breaks the protocol is closed with 1002 or 1003.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { unknownTerminal } from '../../protocol/agent.ts';
import { decodePageFrame, encodeAgentFrame, FrameError } from '../../protocol/terminal.ts';
import type { Attachment } from './terminal.ts';
import type { Terminals } from './terminals.ts';

/** ms */
const pingInterval = 20_000;
const closeCode = { normal: 1000, protocolError: 1002, unsupportedData: 1003 };

export class TerminalSockets {
  readonly #terminals: Terminals;
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1024 * 1024 });
  readonly #unanswered = new WeakSet<WebSocket>();
  readonly #pings = setInterval(() => this.#ping(), pingInterval).unref();

  constructor(terminals: Terminals) {
    this.#terminals = terminals;
  }

  /** @param from the offset of output that the client wants next */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, id: string, from: number): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#attach(webSocket, id, from));
  }

  close(): void {
    clearInterval(this.#pings);
    for (const webSocket of this.#server.clients) webSocket.terminate();
  }

  #attach(webSocket: WebSocket, id: string, from: number): void {
    webSocket.on('error', () => {}); // 'close' follows
    const terminal = this.#terminals.get(id);
    if (terminal === undefined) {
      webSocket.close(unknownTerminal, 'no such terminal');
      return;
    }
    let shown = false;
    const attachment = terminal.attach(
      {
        send: (frame) => webSocket.send(encodeAgentFrame(frame)),
        ended: () => {
          shown = true;
          webSocket.close(closeCode.normal);
        },
        listen: (on) => {
          if (!on) return webSocket.pause();
          // Its pongs lie behind its input: it has until the next ping but one.
          this.#unanswered.delete(webSocket);
          webSocket.resume();
        },
      },
      from,
    );
    webSocket.on('pong', () => this.#unanswered.delete(webSocket));
    webSocket.on('message', (data: Buffer, isBinary: boolean) => {
      if (webSocket.readyState !== webSocket.OPEN) return;
      if (!isBinary) {
        attachment.detach();
        webSocket.close(closeCode.unsupportedData, 'frames are binary');
        return;
      }
      try {
        receive(attachment, data);
      } catch (error) {
        attachment.detach();
        webSocket.close(closeCode.protocolError, error instanceof FrameError ? error.message : 'a frame failed');
      }
    });
    webSocket.on('close', (code) => {
      attachment.detach();
      // The page closes with our own code once it has read all there was.
      if (shown && code === closeCode.normal) this.#terminals.forget(id);
    });
  }

  #ping(): void {
    for (const webSocket of this.#server.clients) {
      // While its input waits for a program its pongs are not read; a broken connection then fails the ping itself.
      if (this.#unanswered.has(webSocket) && !webSocket.isPaused) webSocket.terminate();
      else if (webSocket.readyState === webSocket.OPEN) {
        this.#unanswered.add(webSocket);
        webSocket.ping();
      }
    }
  }
}

/** @throws FrameError */
function receive(attachment: Attachment, message: Uint8Array): void {
  const frame = decodePageFrame(message);
  switch (frame.type) {
    case 'input':
      attachment.input(frame.bytes);
      break;
    case 'resize':
      attachment.resize(frame.columns, frame.rows);
      break;
    case 'acknowledge':
      attachment.acknowledge(frame.offset);
      break;
  }
}
