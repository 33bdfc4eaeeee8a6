// A person at one vendor's own screen, and what goes wrong with that vendor.

export class Desk {
  constructor(
    private readonly control: string,
    /** What the twin told of itself: addresses and credentials. */
    readonly known: Record<string, any>,
  ) {}

  /** Does what a person would, by the words of the twin. */
  async act(action: string, about: Record<string, unknown> = {}): Promise<any> {
    return this.ask('POST', 'person', { action, ...about })
  }

  /** The records of a kind as the vendor holds them. */
  async all(kind: string): Promise<any[]> {
    const answer = await fetch(`${this.control}/state?kind=${kind}`)
    const text = await answer.text()
    const lines = text.split('\n').filter(Boolean).map((line) => JSON.parse(line))
    return Array.isArray(lines[0]) ? lines[0] : lines
  }

  /** Changes how the twin behaves. */
  async set(what: string, to: unknown): Promise<any> {
    return this.ask('PUT', what, to)
  }

  private async ask(method: string, path: string, body: unknown): Promise<any> {
    const answer = await fetch(`${this.control}/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
    return text ? JSON.parse(text) : undefined
  }
}
