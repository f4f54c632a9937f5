"""A Python OCS agent that uses each part of the framework once; habits_agent.ts is the same agent on this toolkit.

    python habits_agent.py --instance-id habits_py --site-file FILE --site-host localhost
"""
import time

from ocs import ocs_agent, site_config
from ocs.ocs_twisted import Pacemaker, TimeoutLock, dsleep
from twisted.internet.defer import inlineCallbacks


class Habits:
    def __init__(self, agent):
        self.agent = agent
        self.lock = TimeoutLock(default_timeout=5)
        self.heard = 0
        agent.register_feed('temps', record=True, agg_params={'frame_length': 60}, buffer_time=0)
        agent.register_feed('notes')
        # Its own events do not come back to it, those of the other agent do.
        agent.subscribe_on_start(self.hear, 'observatory..feeds.notes', options={'match': 'wildcard'})

    def hear(self, event):
        self.heard += 1

    @ocs_agent.param('delay', type=float, default=0., check=lambda x: 0 <= x <= 10)
    @ocs_agent.param('mode', choices=['fast', 'slow'], default='fast')
    @ocs_agent.param('n', type=int, default=1)
    @ocs_agent.param('on', type=bool, default=True)
    @ocs_agent.param('names', type=list, default=[])
    @ocs_agent.param('text', type=str, default=None)
    def go(self, session, params):
        session.data = {'params': dict(params), 'x': 1.5, 'nan': float('nan')}
        session.add_message('half way')
        return True, f'went {params["n"]}'

    @ocs_agent.param('x', type=int, cast=int)
    def cast(self, session, params):
        session.data = {'x': params['x']}
        return True, 'cast'

    @ocs_agent.param('k', type=str, default='v')
    @ocs_agent.param('_no_check_strays')
    def loose(self, session, params):
        return True, f'k is {params["k"]}'

    @ocs_agent.param('_')
    def fail(self, session, params):
        session.degraded = True
        return False, 'it did not work'

    @ocs_agent.param('_')
    def locked(self, session, params):
        with self.lock.acquire_timeout(timeout=0, job='locked') as acquired:
            if not acquired:
                return False, f'{self.lock.job} holds the lock'
            return True, 'locked'

    @inlineCallbacks
    def long(self, session, params):
        session.set_status('running')
        while session.status == 'running':
            yield dsleep(.02)
        return False, 'aborted'

    def abort_long(self, session, params):
        session.set_status('stopping')

    @inlineCallbacks
    def relay(self, session, params):
        code, message, other = yield self.agent.call_op(self.agent.agent_address, 'go', 'status')
        session.data = {'code': code, 'message': message, 'op': other.get('op_name')}
        return True, 'asked'

    @ocs_agent.param('step', type=int, default=1)
    @inlineCallbacks
    def acq(self, session, params):
        session.set_status('running')
        pace = Pacemaker(50)
        session.data = {'count': 0}
        with (yield self.lock.acquire_timeout(job='acq')) as acquired:
            while session.status == 'running':
                yield pace.dsleep()
                session.data['count'] += params['step']
                self.agent.publish_to_feed('temps', {
                    'block_name': 'block', 'timestamp': time.time(), 'data': {'T': 4.0, 'n': 3, 'name': 'x'}})
                self.agent.publish_to_feed('notes', {'heard': self.heard > 0})
                session.data['heard'] = self.heard > 0
                session.data['acquired'] = bool(acquired)
        return True, 'Acquisition exited cleanly.'

    def stop_acq(self, session, params):
        session.set_status('stopping')


def main(args=None):
    args = site_config.parse_args(agent_class='Habits', args=args)
    agent, runner = ocs_agent.init_site_agent(args)
    habits = Habits(agent)
    agent.register_task('go', habits.go)
    agent.register_task('cast', habits.cast)
    agent.register_task('loose', habits.loose)
    agent.register_task('fail', habits.fail)
    agent.register_task('locked', habits.locked)
    agent.register_task('long', habits.long, aborter=habits.abort_long, blocking=False)
    agent.register_task('relay', habits.relay, blocking=False)
    agent.register_task('guarded', habits.fail, min_privs=2)
    agent.register_process('acq', habits.acq, habits.stop_acq, blocking=False, startup={'step': 2})
    runner.run(agent, auto_reconnect=True)


if __name__ == '__main__':
    main()
