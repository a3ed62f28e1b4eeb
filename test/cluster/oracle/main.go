// Go's own parsers, to compare ours with: what kubelets, docker and kubectl make
// of an image's name, a pull Secret, a credential provider, a docker config, a
// kubeconfig, a command line, a manifest.
//
// One question a line on stdin, `{"of": "image", "input": …}`, one answer a line
// on stdout, in order, until stdin ends. A question that is none is answered with
// `{"bug": …}`, and so is a panic: neither is a parser's answer.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"k8s.io/klog/v2"
)

// What each parser is asked, by the name that a question has in `of`.
var answerers = map[string]func(input json.RawMessage) (any, error){
	"image":      asked(readImage),
	"keyring":    asked(lookUp),
	"docker":     asked(readDockerConfig),
	"kubeconfig": asked(readKubeconfigs),
	"argv":       asked(readArgv),
	"manifest":   asked(readManifest),
	"plugin":     asked(askPlugin),
}

// A parser that refuses its input.
type refusal struct {
	Error string `json:"error"`
}

// Where what a kubelet logs about a bad entry goes: it is no answer.
var silence = io.Discard

func main() {
	logging := flag.NewFlagSet("klog", flag.PanicOnError)
	klog.InitFlags(logging)
	_ = logging.Set("logtostderr", "false")
	_ = logging.Set("stderrthreshold", "FATAL")
	klog.SetOutput(silence)

	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			answer, failure := json.Marshal(answerTo(line))
			if failure != nil {
				answer, _ = json.Marshal(map[string]string{"bug": failure.Error()})
			}
			_, _ = out.Write(append(answer, '\n'))
		}
		// Whoever asks one by one waits for this.
		if in.Buffered() == 0 {
			_ = out.Flush()
		}
		if err != nil {
			return
		}
	}
}

func answerTo(line []byte) (answer any) {
	defer func() {
		if reason := recover(); reason != nil {
			answer = map[string]string{"bug": fmt.Sprintf("panic: %v", reason)}
		}
	}()
	var question struct {
		Of    string          `json:"of"`
		Input json.RawMessage `json:"input"`
	}
	if err := json.Unmarshal(line, &question); err != nil {
		return map[string]string{"bug": err.Error()}
	}
	parser, known := answerers[question.Of]
	if !known {
		return map[string]string{"bug": "no parser of " + question.Of}
	}
	answer, err := parser(question.Input)
	if err != nil {
		return map[string]string{"bug": err.Error()}
	}
	return answer
}

// A parser of typed input as one of JSON; what it returns as an error is its answer.
func asked[Input, Answer any](parse func(Input) (Answer, error)) func(json.RawMessage) (any, error) {
	return func(raw json.RawMessage) (any, error) {
		var input Input
		if err := json.Unmarshal(raw, &input); err != nil {
			return nil, err
		}
		answer, err := parse(input)
		if err != nil {
			return refusal{err.Error()}, nil
		}
		return answer, nil
	}
}
