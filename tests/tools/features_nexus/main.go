// Command features_nexus uses every WAMP feature that matters to OCS through the Go client of nexus and prints what
// it saw as one JSON object.
//
//	features_nexus WS_URL REALM json|msgpack|cbor
//
// Two sessions, a and b, talk to each other through the router. Ids and times never appear in the output.
package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"regexp"
	"sort"
	"strings"
	"time"

	"github.com/gammazero/nexus/v3/client"
	"github.com/gammazero/nexus/v3/transport/serialize"
	"github.com/gammazero/nexus/v3/wamp"
)

const wait = 5 * time.Second

var (
	prefix      = fmt.Sprintf("observatory.features%d", os.Getpid())
	acknowledge = wamp.Dict{"acknowledge": true}
	uriInText   = regexp.MustCompile(`wamp\.error\.\w+`)
	out         = map[string]any{}
)

func name(rest string) string { return prefix + "." + rest }

func relative(uri any) any {
	text, ok := wamp.AsString(uri)
	if !ok {
		return nil
	}
	return strings.ReplaceAll(text, prefix, "")
}

// described gives kind and value as text, so that JSON on standard output cannot hide a difference.
func described(value any) string {
	switch v := value.(type) {
	case nil:
		return "nil"
	case []byte:
		return "bytes " + hex.EncodeToString(v)
	case string:
		return fmt.Sprintf("string %q", v)
	case []any:
		parts := []string{}
		for _, x := range v {
			parts = append(parts, described(x))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case wamp.List:
		return described([]any(v))
	case wamp.Dict:
		return described(map[string]any(v))
	case map[string]any:
		parts := []string{}
		for k, x := range v {
			parts = append(parts, fmt.Sprintf("%q: %s", k, described(x)))
		}
		sort.Strings(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	case float64:
		if v == 0 && math.Signbit(v) {
			return "float -0"
		}
		return fmt.Sprintf("float %v", v)
	case int, int64, uint64:
		return fmt.Sprintf("int %v", v)
	}
	return fmt.Sprintf("%T %v", value, value)
}

// failure gives the URI of an error, never its text.
func failure(err error) any {
	if err == nil {
		return nil
	}
	var rpc client.RPCError
	if errors.As(err, &rpc) {
		if strings.HasPrefix(string(rpc.Err.Error), "wamp.") {
			return string(rpc.Err.Error)
		}
		return []any{string(rpc.Err.Error), described(rpc.Err.Arguments), described(rpc.Err.ArgumentsKw)}
	}
	if uri := uriInText.FindString(err.Error()); uri != "" {
		return uri
	}
	return "other: " + err.Error()
}

func join(url, realm, serializer string) *client.Client {
	kinds := map[string]serialize.Serialization{"json": serialize.JSON, "msgpack": serialize.MSGPACK, "cbor": serialize.CBOR}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	session, err := client.ConnectNet(ctx, url, client.Config{
		Realm: realm, Serialization: kinds[serializer], ResponseTimeout: wait, Logger: log.New(io.Discard, "", 0),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot join:", err)
		os.Exit(1)
	}
	return session
}

// events is what one subscription received.
type events struct {
	came      chan map[string]any
	seen      []map[string]any
	withTopic bool
}

func listen(session *client.Client, topic string, options wamp.Dict) *events {
	_, pattern := options["match"]
	e := &events{came: make(chan map[string]any, 100), withTopic: pattern}
	err := session.Subscribe(topic, func(event *wamp.Event) {
		retained, _ := wamp.AsBool(event.Details["retained"])
		seen := map[string]any{"args": described(event.Arguments), "kwargs": described(event.ArgumentsKw), "retained": retained}
		if e.withTopic {
			seen["topic"] = relative(event.Details["topic"])
		}
		e.came <- seen
	}, options)
	if err != nil {
		out["subscribe "+fmt.Sprint(relative(topic))] = failure(err)
	}
	return e
}

// count waits for so many events.
func (e *events) count(wanted int) []map[string]any {
	deadline := time.After(wait)
	for len(e.seen) < wanted {
		select {
		case event := <-e.came:
			e.seen = append(e.seen, event)
		case <-deadline:
			return append(e.seen, map[string]any{"only these came": true})
		}
	}
	return e.seen
}

func call(session *client.Client, procedure string, args ...any) (*wamp.Result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	return session.Call(ctx, procedure, nil, args, nil, nil)
}

func first(result *wamp.Result, err error) any {
	if err != nil {
		return failure(err)
	}
	if len(result.Arguments) == 0 {
		return nil
	}
	return result.Arguments[0]
}

func publications(a, b *client.Client) {
	exact := listen(b, name("p.exact"), nil)
	pre := listen(b, name("p"), wamp.Dict{"match": "prefix"})
	wild := listen(b, prefix+"..exact", wamp.Dict{"match": "wildcard"})
	end := listen(b, prefix+".p.", wamp.Dict{"match": "wildcard"})
	out["publish acknowledged"] = failure(a.Publish(name("p.exact"), acknowledge, wamp.List{1, "two"}, wamp.Dict{"key": wamp.List{3}}))
	out["publish unacknowledged"] = failure(a.Publish(name("p.other"), nil, wamp.List{4}, nil))
	out["event exact"] = exact.count(1)
	out["event prefix"] = pre.count(2)
	out["event wildcard"] = wild.count(1)
	out["event wildcard at the end"] = end.count(2)
	_ = a.Publish(name("p.exact"), nil, nil, nil)
	out["publish nothing"] = exact.count(2)[1:]
	out["unsubscribe"] = failure(b.Unsubscribe(name("p")))
	out["publish wamp."] = failure(a.Publish("wamp.x", acknowledge, nil, nil))
}

// kwargsOnly publishes as nexus does it: with null in place of the positional values.
func kwargsOnly(a, b *client.Client) {
	e := listen(b, name("k"), nil)
	_ = a.Publish(name("k"), nil, nil, wamp.Dict{"key": 5})
	out["publish kwargs only"] = e.count(1)
}

func badUris(a, b *client.Client) {
	out["publish bad uri"] = failure(a.Publish(name("p..x y#"), acknowledge, nil, nil))
	_, err := call(b, name("x y#"))
	out["call bad uri"] = failure(err)
}

func receivers(a, b *client.Client) {
	mine, theirs := listen(a, name("r"), nil), listen(b, name("r"), nil)
	ida, idb := a.ID(), b.ID()
	rounds := []struct {
		title   string
		options wamp.Dict
	}{
		{"default", wamp.Dict{}},
		{"exclude_me false", wamp.Dict{"exclude_me": false}},
		{"eligible b", wamp.Dict{"eligible": wamp.List{idb}}},
		{"eligible a, exclude_me false", wamp.Dict{"eligible": wamp.List{ida}, "exclude_me": false}},
		{"eligible nobody", wamp.Dict{"eligible": wamp.List{}}},
		{"exclude b, exclude_me false", wamp.Dict{"exclude": wamp.List{idb}, "exclude_me": false}},
		{"eligible_authrole", wamp.Dict{"eligible_authrole": wamp.List{"iocs_agent"}, "exclude_me": false}},
		{"exclude_authrole", wamp.Dict{"exclude_authrole": wamp.List{"iocs_agent"}, "exclude_me": false}},
	}
	for _, round := range rounds {
		round.options["acknowledge"] = true
		if err := a.Publish(name("r"), round.options, wamp.List{round.title}, nil); err != nil {
			out["receivers: "+round.title] = failure(err)
		}
	}
	_ = a.Publish(name("r"), wamp.Dict{"acknowledge": true, "exclude_me": false}, wamp.List{"end"}, nil)
	got := map[string][]string{}
	for who, e := range map[string]*events{"a": mine, "b": theirs} {
		for n := 1; ; n++ {
			seen := e.count(n)
			last, _ := seen[len(seen)-1]["args"].(string)
			if len(seen) > n || last == `[string "end"]` || last == "" {
				break
			}
			got[last] = append(got[last], who)
		}
	}
	for _, round := range rounds {
		who := got[fmt.Sprintf("[string %q]", round.title)]
		sort.Strings(who)
		if _, failed := out["receivers: "+round.title]; !failed {
			out["receivers: "+round.title] = strings.Join(who, " ")
		}
	}
}

func calls(a, b *client.Client) {
	echo := func(_ context.Context, inv *wamp.Invocation) client.InvokeResult {
		return client.InvokeResult{Args: inv.Arguments, Kwargs: inv.ArgumentsKw}
	}
	fail := func(context.Context, *wamp.Invocation) client.InvokeResult {
		return client.InvokeResult{Err: "observatory.features.failed", Args: wamp.List{1, "two"}, Kwargs: wamp.Dict{"key": 3}}
	}
	progress := func(ctx context.Context, inv *wamp.Invocation) client.InvokeResult {
		for n := 0; n < 3; n++ {
			if err := b.SendProgress(ctx, wamp.List{n}, nil); err != nil {
				return client.InvokeResult{Err: "observatory.features.no_progress"}
			}
		}
		return client.InvokeResult{Args: wamp.List{"done"}}
	}
	tell := func(_ context.Context, inv *wamp.Invocation) client.InvokeResult {
		return client.InvokeResult{Args: wamp.List{relative(inv.Details["procedure"])}}
	}
	says := func(text string) client.InvocationHandler {
		return func(context.Context, *wamp.Invocation) client.InvokeResult {
			return client.InvokeResult{Args: wamp.List{text}}
		}
	}
	out["register"] = failure(b.Register(name("echo"), echo, nil))
	_ = b.Register(name("fail"), fail, nil)
	_ = b.Register(name("progress"), progress, nil)
	ctx, cancel := context.WithTimeout(context.Background(), 4*wait)
	defer cancel()
	many, err := a.Call(ctx, name("echo"), nil, wamp.List{1, "two"}, wamp.Dict{"key": 3}, nil)
	if err == nil {
		out["call several values"] = []string{described(many.Arguments), described(many.ArgumentsKw)}
	}
	none, err := call(a, name("echo"))
	out["call nothing"] = []any{failure(err), err == nil && len(none.Arguments) == 0}
	out["call oneself"] = first(call(b, name("echo"), "me"))
	_, err = call(a, name("fail"))
	out["call error"] = failure(err)
	_, err = call(a, name("unknown"))
	out["call unknown"] = failure(err)
	out["register twice"] = failure(a.Register(name("echo"), echo, nil))
	out["register wamp."] = failure(a.Register("wamp.x", echo, nil))
	steps := []string{}
	final, err := a.Call(ctx, name("progress"), nil, nil, nil, func(r *wamp.Result) { steps = append(steps, described(r.Arguments)) })
	out["call progress"] = []any{failure(err), steps, err == nil && described(final.Arguments) == `[string "done"]`}
	shared := wamp.Dict{"invoke": "roundrobin"}
	_ = a.Register(name("shared"), says("a"), shared)
	_ = b.Register(name("shared"), says("b"), shared)
	both := []string{fmt.Sprint(first(call(a, name("shared")))), fmt.Sprint(first(call(a, name("shared"))))}
	sort.Strings(both)
	out["register roundrobin"] = both
	_ = a.Register(name("shared2"), says("a"), shared)
	out["register other policy"] = b.Register(name("shared2"), says("b"), wamp.Dict{"invoke": "random"}) != nil
	_ = b.Register(prefix+".w.", tell, wamp.Dict{"match": "wildcard"})
	_ = b.Register(prefix+".pre", tell, wamp.Dict{"match": "prefix"})
	out["register wildcard"] = first(call(a, name("w.any")))
	out["register prefix"] = first(call(a, name("prefix.any")))
	out["unregister"] = failure(b.Unregister(name("echo")))
	_, err = call(a, name("echo"))
	out["call unregistered"] = failure(err)
}

func cancelling(a, b *client.Client) {
	for _, mode := range []string{"killnowait", "kill", "skip"} {
		arrived, release, interrupted := make(chan bool, 1), make(chan bool), make(chan bool, 1)
		_ = b.Register(name("hang."+mode), func(ctx context.Context, _ *wamp.Invocation) client.InvokeResult {
			arrived <- true
			select {
			case <-ctx.Done():
				interrupted <- true
				return client.InvocationCanceled
			case <-release:
				return client.InvokeResult{Args: wamp.List{"late"}}
			}
		}, nil)
		_ = a.SetCallCancelMode(mode)
		ctx, cancel := context.WithCancel(context.Background())
		go func() { <-arrived; cancel() }()
		_, err := a.Call(ctx, name("hang."+mode), nil, nil, nil, nil)
		// nexus gives its own error, or the router's.
		out["cancel "+mode] = err != nil
		if mode != "skip" {
			select {
			case <-interrupted:
				out["cancel "+mode+" reaches the callee"] = true
			case <-time.After(wait):
				out["cancel "+mode+" reaches the callee"] = false
			}
		}
		close(release)
		out["calls work after cancel "+mode] = first(call(a, name("fidelity"), 1))
	}
	_ = b.Register(name("slow"), func(ctx context.Context, _ *wamp.Invocation) client.InvokeResult {
		select {
		case <-ctx.Done():
			return client.InvocationCanceled
		case <-time.After(wait):
			return client.InvokeResult{Args: wamp.List{"late"}}
		}
	}, nil)
	_, err := a.Call(context.Background(), name("slow"), wamp.Dict{"timeout": 200}, nil, nil, nil)
	out["call timeout"] = failure(err)
	out["calls work after timeout"] = first(call(a, name("fidelity"), 1))
}

// Retained events are left out: the client drops an event that comes right behind SUBSCRIBED, or not, by chance.

func meta(a, b *client.Client, another func() *client.Client) {
	count, _ := wamp.AsInt64(first(call(a, "wamp.session.count")))
	ids, _ := wamp.AsList(first(call(a, "wamp.session.list")))
	out["meta count is the list's length"] = int(count) == len(ids)
	_, err := call(a, "wamp.session.get", 1)
	out["meta get unknown"] = failure(err)
	joins, leaves := listen(a, "wamp.session.on_join", nil), listen(a, "wamp.session.on_leave", nil)
	c := another()
	id := c.ID()
	joined := fmt.Sprint(joins.count(1)[0]["args"])
	out["meta on_join"] = strings.Contains(joined, fmt.Sprintf(`"session": int %d`, id))
	_ = c.Close()
	out["meta on_leave"] = strings.HasPrefix(fmt.Sprint(leaves.count(1)[0]["args"]), fmt.Sprintf("[int %d", id))
	known := first(call(a, "wamp.registration.lookup", name("fidelity")))
	got, _ := wamp.AsDict(first(call(a, "wamp.registration.get", known)))
	out["meta registration get"] = relative(got["uri"])
	out["meta callees"] = described(first(call(a, "wamp.registration.list_callees", known))) == fmt.Sprintf("[int %d]", b.ID())
}

func fidelity(a, b *client.Client) {
	values := []any{
		0, 1, -1, 1.0, 0.5, math.Copysign(0, -1), 1e300, 1 << 31, 1 << 32, 1<<53 - 1, 1<<53 + 1, int64(math.MaxInt64),
		uint64(math.MaxUint64), math.NaN(), math.Inf(1), math.Inf(-1), nil, true, false, "", "text", "é€🔭", "\x00",
		[]byte{}, []byte{0, 1, 255}, []any{}, map[string]any{}, []any{1, 1.5, []any{2, 2.5}}, map[string]any{"": 0},
	}
	asCallee := ""
	_ = b.Register(name("fidelity"), func(_ context.Context, inv *wamp.Invocation) client.InvokeResult {
		asCallee = described(inv.Arguments)
		return client.InvokeResult{Args: inv.Arguments}
	}, nil)
	e := listen(b, name("values"), nil)
	rows := [][]any{}
	for n, value := range values {
		asCallee = ""
		result, err := call(a, name("fidelity"), value)
		row := []any{described(value), asCallee}
		if err != nil {
			row = append(row, failure(err))
		} else {
			row = append(row, described(result.Arguments))
		}
		if err := a.Publish(name("values"), acknowledge, wamp.List{value, n}, nil); err != nil {
			row = append(row, failure(err))
		}
		rows = append(rows, row)
		if !a.Connected() || !b.Connected() {
			break
		}
	}
	out["values: sent, as callee, as caller"] = rows
	_ = a.Publish(name("values"), acknowledge, wamp.List{"end"}, nil)
	arrived := []any{}
	for n := 1; ; n++ {
		seen := e.count(n)
		args, _ := seen[len(seen)-1]["args"].(string)
		if args == "" || args == `[string "end"]` {
			break
		}
		arrived = append(arrived, args)
	}
	out["values: as subscriber"] = arrived
}

func main() {
	url, realm, serializer := os.Args[1], os.Args[2], os.Args[3]
	another := func() *client.Client { return join(url, realm, serializer) }
	parts := []struct {
		title string
		run   func(a, b *client.Client)
	}{
		{"publications", publications},
		{"kwargsOnly", kwargsOnly},
		{"badUris", badUris},
		{"receivers", receivers},
		{"calls", calls},
		{"cancelling", func(a, b *client.Client) { fidelity(a, b); cancelling(a, b) }},
		{"meta", func(a, b *client.Client) { fidelity(a, b); meta(a, b, another) }},
	}
	base := prefix
	for _, part := range parts {
		prefix = base + part.title
		a, b := another(), another()
		done := make(chan bool)
		go func() { part.run(a, b); close(done) }()
		select {
		case <-done:
		case <-time.After(4 * wait):
			out["part "+part.title+" broke off"] = true
		}
		out["part "+part.title+" leaves alive"] = []bool{a.Connected(), b.Connected()}
		_, _ = a.Close(), b.Close()
	}
	text, err := json.Marshal(out)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(string(text))
}
