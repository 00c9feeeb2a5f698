import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface Mail {
  from: string;
  to: string[];
  /** As it came: headers, an empty line, the text. */
  text: string;
}

/** Takes e-mail by SMTP, without encryption and without a login. */
export class SmtpListener {
  readonly mails: Mail[] = [];
  #server: Server | null = null;
  /** The reply to the next that is sent, e.g. `451 try later`. */
  refuse: string[] = [];

  async open(): Promise<number> {
    this.#server = createServer((socket) => void this.#talk(socket)).listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server?.close();
  }

  async #talk(socket: Socket): Promise<void> {
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    socket.on('error', () => socket.destroy());
    say('220 test');
    let mail: Mail = { from: '', to: [], text: '' };
    let isText = false;
    for await (const line of createInterface({ input: socket, crlfDelay: Infinity })) {
      if (isText && line !== '.') mail.text += `${line}\n`;
      else if (isText) {
        isText = false;
        this.mails.push(mail);
        mail = { from: '', to: [], text: '' };
        say('250 taken');
      } else if (/^EHLO/i.test(line)) say('250 test');
      else if (/^MAIL FROM/i.test(line)) {
        const refusal = this.refuse.shift();
        mail.from = line;
        say(refusal ?? '250 ok');
      } else if (/^RCPT TO/i.test(line)) {
        mail.to.push(line);
        say('250 ok');
      } else if (/^DATA/i.test(line)) {
        isText = true;
        say('354 go on');
      } else if (/^QUIT/i.test(line)) {
        say('221 bye');
        socket.end();
      } else say('250 ok');
    }
  }
}
