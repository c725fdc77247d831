// Go: its own client over HTTP/2, a file, an upload, and many at once.
package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
)

const origin = "https://app.tools.example"

func get(path string) (string, string) {
	answer, err := http.Get(origin + path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	return answer.Proto, fmt.Sprintf("%x", sha256.Sum256(body))
}

func main() {
	fmt.Println(get("/bytes/1500000"))
	answer, err := http.Post(origin+"/upload", "application/octet-stream", bytes.NewReader(make([]byte, 700000)))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	io.Copy(os.Stdout, answer.Body)
	sums := make([]string, 40)
	var all sync.WaitGroup
	for i := range sums {
		all.Add(1)
		go func(i int) { defer all.Done(); _, sums[i] = get(fmt.Sprintf("/bytes/%d", 9000+i)) }(i)
	}
	all.Wait()
	fmt.Printf("many %x\n", sha256.Sum256([]byte(fmt.Sprint(sums))))
}
