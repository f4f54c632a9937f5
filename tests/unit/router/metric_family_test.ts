import assert from "node:assert/strict";
import { metricsText } from "../../../router/metrics/metric_family.ts";

Deno.test("metricsText() writes HELP and TYPE once a family, a line a sample, and no family without samples", () => {
  assert.equal(
    metricsText([
      { name: "a_total", help: "All of it.", type: "counter", samples: [{ value: 3 }] },
      { name: "none", help: "Nothing.", type: "gauge", samples: [] },
      {
        name: "b",
        help: "Each.",
        type: "gauge",
        samples: [{ labels: { x: "1", y: "two words" }, value: 0.5 }, { labels: { x: "" }, value: -1e-7 }],
      },
    ]),
    "# HELP a_total All of it.\n# TYPE a_total counter\na_total 3\n" +
      '# HELP b Each.\n# TYPE b gauge\nb{x="1",y="two words"} 0.5\nb{x=""} -1e-7\n',
  );
});

Deno.test("metricsText() escapes backslashes and line ends in help, quotes in labels, too, and names what is no number", () => {
  const text = metricsText([{
    name: "odd",
    help: 'a\\b\n"c"',
    type: "gauge",
    samples: [
      { labels: { x: 'a\\b\n"c"{}=,ö' }, value: NaN },
      { value: Infinity },
      { value: -Infinity },
    ],
  }]);
  assert.deepEqual(text.split("\n"), [
    '# HELP odd a\\\\b\\n"c"',
    "# TYPE odd gauge",
    'odd{x="a\\\\b\\n\\"c\\"{}=,ö"} NaN',
    "odd +Inf",
    "odd -Inf",
    "",
  ]);
});
