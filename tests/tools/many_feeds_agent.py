"""A Python OCS agent with sixteen recorded feeds of all kinds, for what records them.

    python many_feeds_agent.py --instance-id many --site-file FILE --site-host localhost

The process `acq` publishes until it is stopped: floats, ints up to 64 bits, bools and texts; several blocks in a feed; one sample
or several in a message; buffered and not; fast and slow; and, as the framework would refuse them, straight to the router: names
of fields that a recorder has to repair.
"""
import math
import time

from ocs import ocs_agent, site_config
from ocs.ocs_twisted import dsleep
from twisted.internet.defer import inlineCallbacks

FEEDS = 16
BUFFER_SECONDS = (0, 0.5, 2, 0)
PERIOD_SECONDS = (0.1, 0.1, 0.2, 1)


def name_of(i):
    return f'feed_{i:02d}'


class ManyFeeds:
    def __init__(self, agent):
        self.agent = agent
        for i in range(FEEDS):
            agent.register_feed(name_of(i), record=True, buffer_time=BUFFER_SECONDS[i % 4],
                                agg_params={'frame_length': 1.5 + i % 5})

    @inlineCallbacks
    def acq(self, session, params):
        session.set_status('running')
        due = [0.] * FEEDS
        counts = [0] * FEEDS
        while session.status == 'running':
            now = time.time()
            for i in range(FEEDS):
                if now < due[i]:
                    continue
                due[i] = now + PERIOD_SECONDS[i % 4]
                self.publish(i, counts[i], now)
                counts[i] += 1
            yield dsleep(.05)
        return True, 'Acquisition exited cleanly.'

    def stop(self, session, params):
        session.set_status('stopping')
        return True, 'stopping'

    def publish(self, i, n, now):
        how = i % 8
        if how == 0:
            self.one(i, 'floats', now, {'a': n / 3, 'b': float(n), 'c': math.nan if n % 10 == 3 else -0., 'd': 1e300 * n})
        elif how == 1:
            self.one(i, 'ints', now, {'small': n, 'big': 2**53 + n, 'negative': -2**62 - n, 'zero': 0})
        elif how == 2:
            self.one(i, 'texts', now, {'state': ('on', 'off', '', 'größer')[n % 4], 'n': str(n)})
            self.one(i, 'bools', now + .001, {'flag': n % 3 == 0, 'other': True})
        elif how == 3:
            self.one(i, 'mixed', now, {'f': n * .5, 'i': n, 'b': bool(n % 2), 's': f'sample {n}'})
        elif how == 4:
            times = [now + k / 100 for k in range(5)]
            self.agent.publish_to_feed(name_of(i), {
                'block_name': 'several', 'timestamps': times,
                'data': {'x': [n + k / 8 for k in range(5)], 'k': list(range(5))}})
        elif how == 5:
            for block in ('one', 'two', 'three')[:1 + n % 3]:
                self.one(i, block, now, {f'{block}_value': n * 1.5, f'{block}_count': n})
        elif how == 6:
            self.one(i, 'wide', now, {f'channel_{c:03d}': n + c / 100 for c in range(40)})
        else:
            feed = self.agent.feeds[name_of(i)]
            data = {'Channel 1 (K)': [float(n)], '1st': [n], '__x-y': [n % 2 == 0], 'T°': [f't{n}'], 'T°C': [.5]}
            block = {'block_name': 'odd names', 'timestamps': [now], 'data': data}
            self.agent.publish(feed.address, [{'odd names': block}, feed.encoded()])

    def one(self, i, block, timestamp, data):
        self.agent.publish_to_feed(name_of(i), {'block_name': block, 'timestamp': timestamp, 'data': data})


args = site_config.parse_args(agent_class='ManyFeeds')
agent, runner = ocs_agent.init_site_agent(args)
feeds = ManyFeeds(agent)
agent.register_process('acq', feeds.acq, feeds.stop, blocking=False, startup=False)
runner.run(agent, auto_reconnect=True)
