"""Joins a router as several principals through autobahn-python and prints what came of each as one JSON array.

    python secure_autobahn.py WSS_URL REALM '[["authid or null", "key in hex or null"], ...]'

A key signs by cryptosign, no key is an anonymous session. Authorities are those of SSL_CERT_FILE.
"""

import json
import sys

from autobahn.twisted.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp.cryptosign import CryptosignKey
from twisted.internet import reactor
from twisted.internet.defer import Deferred, ensureDeferred

URL, REALM, ATTEMPTS = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])


class Session(ApplicationSession):
    def onConnect(self):
        authid, key = self.config.extra["attempt"]
        if key is None:
            return self.join(self.config.realm)
        self.key = CryptosignKey.from_bytes(bytes.fromhex(key))
        extra = {"pubkey": self.key.public_key(), "channel_binding": None}
        self.join(self.config.realm, ["cryptosign"], authid, authextra=extra)

    def onChallenge(self, challenge):
        return self.key.sign_challenge(challenge)

    def onJoin(self, details):
        self.say(["joined", details.authid, details.authrole, details.authmethod])
        self.leave()

    def onLeave(self, details):
        self.say(["refused", details.reason])
        self.disconnect()

    def say(self, what):
        done = self.config.extra["done"]
        if not done.called:
            done.callback(what)


async def main():
    seen = []
    for attempt in ATTEMPTS:
        done = Deferred()
        done.addTimeout(15, reactor)
        runner = ApplicationRunner(URL, REALM, extra={"attempt": attempt, "done": done})
        try:
            await runner.run(Session, start_reactor=False, log_level="critical")
            seen.append(await done)
        except Exception as error:
            seen.append(["failed", type(error).__name__, str(error)])
    print(json.dumps(seen))


reactor.callWhenRunning(lambda: ensureDeferred(main()).addBoth(lambda failure: (failure and print(failure), reactor.stop())))
reactor.run()
