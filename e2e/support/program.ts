// The real binary: commands that end, and ones that run until they are stopped.

import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Where the binary is; `E2E_BINARY` names another one. */
export const binary =
  process.env.E2E_BINARY ??
  `${process.env.CARGO_TARGET_DIR ?? `${root}target`}/debug/repairbridge`

/** A command that runs until it is stopped. */
export class Program {
  readonly said: string[] = []

  private constructor(
    private readonly child: ChildProcess,
    /** The document that it printed first. */
    readonly document: Record<string, any>,
  ) {}

  /** Starts a command, and waits until it has printed its first document. */
  static async start(folder: string, args: string[]): Promise<Program> {
    const child = spawn(binary, ['--json', ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    const told: string[] = []
    createInterface({ input: child.stderr! }).on('line', (line) => told.push(line))
    const document = await new Promise<Record<string, any>>((done, fail) => {
      createInterface({ input: child.stdout! }).once('line', (line) => done(JSON.parse(line)))
      child.once('error', fail)
      child.once('exit', () => fail(new Error(`${args.join(' ')} ended:\n${told.join('\n')}`)))
    })
    if (document.error) throw new Error(`${args.join(' ')}: ${document.error.message}`)
    const program = new Program(child, document)
    program.said.push(...told)
    createInterface({ input: child.stderr! }).on('line', (line) => program.said.push(line))
    return program
  }

  private get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  /** Waits for a line among what it tells people, and answers what the pattern found in it. */
  async told(pattern: RegExp): Promise<RegExpExecArray> {
    for (let tries = 0; tries < 200; tries++) {
      for (const line of this.said) {
        const found = pattern.exec(line)
        if (found) return found
      }
      await new Promise((next) => setTimeout(next, 50))
    }
    throw new Error(`nothing like ${pattern} was told:\n${this.said.join('\n')}`)
  }

  /** Ends it without asking. */
  async kill(): Promise<void> {
    if (this.isOver) return
    const ended = new Promise((done) => this.child.once('exit', done))
    this.child.kill('SIGKILL')
    await ended
  }

  /** Asks it to end, and waits for that. */
  async stop(): Promise<void> {
    if (this.isOver) return
    const ended = new Promise((done) => this.child.once('exit', done))
    this.child.kill('SIGTERM')
    const late = setTimeout(() => this.child.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(late)
  }
}

/** Runs a command to its end, and answers its document. */
export async function run(folder: string, args: string[]): Promise<any> {
  const { stdout } = await promisify(execFile)(binary, ['--json', ...args], { cwd: folder })
  return stdout ? JSON.parse(stdout) : undefined
}
