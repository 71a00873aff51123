// Server-sent events, read with fetch because EventSource cannot show a token.

export interface Event {
  readonly id: string;
  readonly name: string;
  readonly data: string;
}

const BUFFER_MAX = 1 << 20;

/** Bytes as they come in, events as they are complete. A line that does not end is an error. */
export class EventReader {
  private readonly decoder = new TextDecoder();
  private rest = '';
  private id = '';
  private name = '';
  private data: string[] = [];

  push(bytes: Uint8Array): Event[] {
    const events: Event[] = [];
    this.rest += this.decoder.decode(bytes, { stream: true });
    const lines = this.rest.split('\n');
    this.rest = lines.pop() ?? '';
    if (this.rest.length > BUFFER_MAX) throw new Error('an event is too long');
    for (const line of lines) {
      const event = this.take(line.endsWith('\r') ? line.slice(0, -1) : line);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  private take(line: string): Event | undefined {
    if (line === '') {
      const event = { id: this.id, name: this.name === '' ? 'message' : this.name, data: this.data.join('\n') };
      const complete = this.data.length > 0;
      this.name = '';
      this.data = [];
      return complete ? event : undefined;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') this.id = value;
    else if (field === 'event') this.name = value;
    else if (field === 'data') this.data.push(value);
    return undefined;
  }
}
