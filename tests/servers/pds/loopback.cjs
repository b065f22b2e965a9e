// Loaded before anything else (node -r): every TCP server of this process listens on 127.0.0.1 only.
// The PDS and the PLC directory take a port but no address, and would else be reachable from outside.
'use strict'

const net = require('node:net')

const LOOPBACK = '127.0.0.1'
const listen = net.Server.prototype.listen

net.Server.prototype.listen = function listenOnLoopback(...given) {
  const [first] = given
  const done = given.find((argument) => typeof argument === 'function')
  if (first !== null && typeof first === 'object') {
    const elsewhere = first.path !== undefined || first.fd !== undefined || first._handle !== undefined
    return elsewhere ? listen.apply(this, given) : listen.call(this, { ...first, host: LOOPBACK }, ...given.slice(1))
  }
  const port = Number(first)
  if (typeof first === 'string' && Number.isNaN(port)) return listen.apply(this, given) // a unix socket
  const where = { port: Number.isNaN(port) ? 0 : port, host: LOOPBACK }
  return done ? listen.call(this, where, done) : listen.call(this, where)
}
