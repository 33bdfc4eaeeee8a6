// A whole installation on this machine: both vendors' twins, and the service with a database of its own.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Desk } from './desk'
import { Program, run } from './program'

export interface Wanted {
  /** Customers of the made-up shop. */
  customers?: number
  /** Locations of the CRM beside the first. */
  locations?: number
  /** Whether the shop `main` is there, connected and in step, before anybody comes. */
  connected?: boolean
}

export class Installation {
  private constructor(
    readonly folder: string,
    private readonly twins: Program,
    private service: Program,
    /** Where the dashboard is, without a slash at the end. */
    readonly url: string,
    readonly crm: Desk,
    readonly counter: Desk,
  ) {}

  static async start(wanted: Wanted = {}): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), 'repairbridge-e2e-'))
    const listen = `127.0.0.1:${await freePort()}`
    const twins = await Program.start(folder, [
      'twin',
      ...['--highlevel-listen', '127.0.0.1:0', '--mygadgetrepairs-listen', '127.0.0.1:0'],
      ...['--customers', String(wanted.customers ?? 12), '--contacts', '12'],
      ...['--locations', String(wanted.locations ?? 0), '--limits', 'off', '--search-lag', '0'],
      ...['--webhooks', `http://${listen}/hooks/crm`],
    ])
    const { highlevel, mygadgetrepairs } = twins.document
    await writeFile(join(folder, 'repairbridge.toml'), configuration(listen, highlevel, mygadgetrepairs))
    if (wanted.connected) await connect(folder, highlevel, mygadgetrepairs)
    const service = await Program.start(folder, ['serve'])
    const url = String(service.document.url).replace(/\/$/, '')
    const crm = new Desk(highlevel.control_url, highlevel)
    const counter = new Desk(mygadgetrepairs.control_url, mygadgetrepairs)
    return new Installation(folder, twins, service, url, crm, counter)
  }

  /** The address of the first owner's set-up page. */
  async firstStart(): Promise<string> {
    const [, token] = await this.service.told(/setup\?token=(\S+)/)
    return `${this.url}/setup?token=${token}`
  }

  /** Runs a command beside the service. */
  async command(...args: string[]): Promise<any> {
    return run(this.folder, args)
  }

  /** The service ends at once, as when the power goes. */
  async kill(): Promise<void> {
    await this.service.kill()
  }

  /** Starts the service anew, where it was. */
  async again(): Promise<void> {
    this.service = await Program.start(this.folder, ['serve'])
  }

  async stop(): Promise<void> {
    await this.service.stop()
    await this.twins.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const taken = createServer()
  await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done))
  const { port } = taken.address() as AddressInfo
  await new Promise((done) => taken.close(done))
  return port
}

/** Polls at the pace of a test. */
function configuration(listen: string, highlevel: any, mygadgetrepairs: any): string {
  return `[server]
listen = "${listen}"
public_url = "http://${listen}"

[highlevel]
base_url = "${highlevel.base_url}"
install_url = "${highlevel.install_url}"
client_id = "${highlevel.client_id}"
requests_per_10s = 0
webhook_public_keys = ["${highlevel.webhook_public_key}"]

[mygadgetrepairs]
base_url = "${mygadgetrepairs.base_url}"
requests_per_minute = 0

[sync]
poll_seconds = 2
index_lag_seconds = 1
listen_seconds = 1
`
}

async function connect(folder: string, highlevel: any, mygadgetrepairs: any): Promise<void> {
  await writeFile(join(folder, 'token.txt'), highlevel.token)
  await writeFile(join(folder, 'key.txt'), mygadgetrepairs.api_key)
  await run(folder, ['shop', 'add', 'main', '--location', highlevel.location_id])
  await run(folder, ['connect', 'highlevel', 'main', '--token-file', 'token.txt'])
  await run(folder, ['connect', 'mygadgetrepairs', 'main', '--key-file', 'key.txt'])
  await run(folder, ['sync', 'main', '--approve'])
}
