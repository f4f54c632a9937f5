"""Publishes messages of feeds as any WAMP client can, well-formed or not.

    python publish_feeds.py URL REALM < MESSAGES

One Python literal a line: (topic, message, feed). Ends when the router has acknowledged all of them.
"""
import ast
import sys

import txaio
from autobahn.twisted.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp.serializer import MsgPackSerializer
from autobahn.wamp.types import PublishOptions
from twisted.internet import reactor
from twisted.internet.defer import inlineCallbacks

txaio.use_twisted()
NAMES = {'nan': float('nan'), 'inf': float('inf')}


def literal(line):
    """As ast.literal_eval, which knows neither nan nor inf."""
    tree = ast.parse(line.strip(), mode='eval')
    return eval(compile(tree, 'messages', 'eval'), {'__builtins__': {}}, NAMES)  # the test's own text


class Publisher(ApplicationSession):
    well = False

    @inlineCallbacks
    def onJoin(self, details):
        try:
            for line in sys.stdin:
                if line.strip():
                    topic, message, feed = literal(line)
                    yield self.publish(topic, [message, feed], options=PublishOptions(acknowledge=True))
            Publisher.well = True
        finally:
            self.leave()

    def onDisconnect(self):
        reactor.stop()


url, realm = sys.argv[1:]
ApplicationRunner(url, realm, serializers=[MsgPackSerializer()]).run(Publisher, auto_reconnect=False)
sys.exit(0 if Publisher.well else 1)
