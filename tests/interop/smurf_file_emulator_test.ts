/** The files of our SMuRF file emulator beside those of Python's, read by NumPy and so3g (EMU-1). @module */
import assert from "node:assert/strict";
import { SmurfFileEmulator } from "../../agents/smurf_file_emulator.ts";
import { SMURF_FILE_EMULATOR } from "../../agents/smurf_file_emulator/options.ts";
import { startTestAgent } from "../../testing/mod.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { Program } from "../helpers/process.ts";
import { pythonPeers } from "../helpers/python_peers.ts";
import { untilTrue } from "../helpers/until.ts";

const test = await testsWith("Python peers", pythonPeers);

const OPERATIONS = [
  ["uxm_setup", { sleep: false }],
  ["take_iv", { wait: false }],
  ["take_bias_steps", { wait: false }],
  ["take_bgmap", { wait: false }],
  ["stream", { duration: 4, use_stream_between: true, start_offset: 100 }],
] as const;

// Python's operations without OCS around them; each in a second of its own, because what follows in the same overwrites.
const THEIRS = `
import argparse, json, sys, time, types
import txaio
txaio.use_twisted()
from socs.agents.smurf_file_emulator.agent import SmurfFileEmulator, make_parser
args = make_parser().parse_args(['--stream-id', 'crate1slot2', '--base-dir', sys.argv[1], '--nchans', '32', '--sample-rate', '20', '--frame-len', '1'])
agent = types.SimpleNamespace(log=txaio.make_logger())
em = SmurfFileEmulator(agent, args)
for name, params in json.loads(sys.argv[2]):
    session = types.SimpleNamespace(data={}, set_status=lambda status: None)
    full = dict(wait=True, kwargs=None, tag=None, subtype=None, use_stream_between=False, start_offset=0, duration=None)
    if name == 'uxm_setup':
        full = {}
    full.update(params)
    print(name, *getattr(em, name)(session, full), file=sys.stderr)
    time.sleep(1.1)
`;

// Everything that does not depend on time and noise, of all files of a folder.
const DESCRIBE = `
import json, os, re, sys, warnings
import numpy as np
import so3g, yaml
from spt3g import core
warnings.simplefilter('error')

ours = {}

def frame(f):
    out = {'type': str(f.type)}
    for key in sorted(f.keys()):
        value = f[key]
        if isinstance(value, so3g.G3SuperTimestream):
            out[key] = [list(value.names), str(value.data.dtype), list(value.data.shape), len(value.times)]
            if key == 'primary':
                counters = value.data[list(value.names).index('FrameCounter')]
                out['counters'] = [int(counters[0]), int(counters[-1])]
                ours['on_time'] = ours.get('on_time', True) and bool((value.data[0] == np.array(value.times) * 10).all())
            elif key == 'data':
                # Counts of a channel lie around its number times 2^16. In Python's files the rows are mixed up.
                levels = [int(round(row.mean() / 65536)) for row in value.data]
                ours['levels'] = ours.get('levels', True) and levels == list(range(len(levels)))
        elif key == 'status':
            status = yaml.safe_load(value)
            names = ['ChannelMapper.Mask', 'ChannelMapper.NumChannels', 'SOStream.pysmurf_action', 'SOStream.stream_tag']
            out[key] = [status['AMCc.SmurfProcessor.' + name] for name in names]
        elif key in ('time', 'session_id'):
            out[key] = type(value).__name__
        else:
            out[key] = value
    return out

def tune(path):
    d = np.load(path, allow_pickle=True).item()
    return {str(b): [v['tone_power'], len(v['resonances']), v['resonances'][0]['freq'], v['lock_status'],
                     np.asarray(v['find_freq']['resonance']).tolist(), os.path.exists(v['channel_assignment'])]
            for b, v in d.items()}

out = {}
for folder, _, files in sorted(os.walk(sys.argv[1])):
    for name in sorted(files):
        path = os.path.join(folder, name)
        short = re.sub(r'\\d{10}', 'T', os.path.relpath(path, sys.argv[1]))
        short = re.sub(r'/\\d{5}/', '/D5/', short)
        if name.endswith('.g3'):
            content = [frame(f) for f in core.G3File(path)]
            short += ' of ' + content[1]['status'][2]
        elif name.endswith('tune.npy'):
            content = tune(path)
        elif 'channel_assignment' in name:
            content = np.loadtxt(path, delimiter=',').tolist()
        else:
            content = re.sub(r'[0-9.]+', 'T', open(path).read())
        out[short] = content
print(json.dumps([out, ours]))
`;

test("EMU-1: SmurfFileEmulator writes the files that Python's writes, and NumPy and so3g read them alike", async (python) => {
  await using stack = new AsyncDisposableStack();
  const [ours, theirs] = await Promise.all(
    ["ours", "theirs"].map((name) => Deno.makeTempDir({ prefix: name })),
  );
  stack.defer(async () => {
    for (const folder of [ours, theirs]) await Deno.remove(folder!, { recursive: true });
  });
  const program = (name: string, code: string, ...args: string[]) =>
    Program.run({ name, command: python.python, args: ["-c", code, ...args] });
  const reference = program("Python's emulator", THEIRS, theirs!, JSON.stringify(OPERATIONS));
  {
    await using agent = await startTestAgent(SmurfFileEmulator, SMURF_FILE_EMULATOR, {
      options: { streamId: "crate1slot2", baseDir: ours!, nchans: 32, sampleRate: 20, frameLen: 1 },
    });
    for (const [name, params] of OPERATIONS) {
      await agent.start(name, params);
      const over = agent.wait(name);
      let isOver = false;
      const noticed = over.finally(() => isOver = true);
      await untilTrue(async () => {
        await agent.advance(0.2);
        return isOver;
      }, { what: `the end of ${name}`, pollMs: 1 });
      assert.equal((await noticed).session.success, true);
    }
  }
  await reference;
  const [mine, python_] = await Promise.all([ours!, theirs!].map(async (folder) => {
    // What the script above prints.
    return JSON.parse((await program("describe", DESCRIBE, folder)).stdout) as [
      Record<string, unknown>,
      unknown,
    ];
  }));
  assert.deepEqual(Object.keys(mine![0]).sort(), Object.keys(python_![0]).sort());
  for (const [name, content] of Object.entries(python_![0])) assert.deepEqual(mine![0][name], content, name);
  assert.deepEqual(mine![1], { levels: true, on_time: true });
});
