// A real Bluesky PDS with an in-memory PLC directory, for tests: node -r ./loopback.cjs server.cjs
// Ports, folder and secrets come from the environment; one line of JSON on stdout says that it is ready. SIGTERM ends it.
'use strict'

const path = require('node:path')
const { createRequire } = require('node:module')

const { PDS_PORT, PLC_PORT, DATA_DIR, MODULES, JWT_SECRET, RATE_LIMITS } = process.env
const installed = createRequire(path.join(MODULES, 'package.json'))
const pds = installed('@atproto/pds')
const plc = installed('@did-plc/server')
const { Secp256k1Keypair } = installed('@atproto/crypto')

async function privateKey() {
  const pair = await Secp256k1Keypair.create({ exportable: true })
  return Buffer.from(await pair.export()).toString('hex')
}

async function settings() {
  const nowhere = { url: 'https://nowhere.invalid', did: 'did:example:nowhere' }
  return {
    devMode: true,
    disableSsrfProtection: true,
    hostname: 'localhost',
    port: Number(PDS_PORT),
    dataDirectory: DATA_DIR,
    blobstoreDiskLocation: path.join(DATA_DIR, 'blobs'),
    blobUploadLimit: 50_000_000,
    serviceHandleDomains: ['.test'],
    inviteRequired: false,
    enableDidDocWithSession: true,
    didPlcUrl: `http://localhost:${PLC_PORT}`,
    recoveryDidKey: (await Secp256k1Keypair.create()).did(),
    plcRotationKeyK256PrivateKeyHex: await privateKey(),
    adminPassword: 'only-for-tests',
    jwtSecret: JWT_SECRET,
    bskyAppViewUrl: nowhere.url,
    bskyAppViewDid: nowhere.did,
    modServiceUrl: nowhere.url,
    modServiceDid: nowhere.did,
    rateLimitsEnabled: RATE_LIMITS === '1',
    version: installed('@atproto/pds/package.json').version,
  }
}

async function main() {
  const directory = plc.PlcServer.create({ db: plc.Database.mock(), port: Number(PLC_PORT) })
  await directory.start()
  const env = await settings()
  const server = await pds.PDS.create(pds.envToCfg(env), pds.envToSecrets(env))
  await server.start()
  const end = async () => {
    await server.destroy()
    await directory.destroy()
    process.exit(0)
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  process.stdout.write(`${JSON.stringify({ version: installed('@atproto/pds/package.json').version })}\n`)
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`)
  process.exit(1)
})
