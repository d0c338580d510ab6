// The functions of the bench with the official Go SDK, served as its documentation serves them.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"

	"github.com/apache/flink-statefun/statefun-sdk-go/v3/pkg/statefun"
)

var (
	totals = statefun.TypeNameFrom("com.example.shop/totals")
	events = statefun.TypeNameFrom("com.example.shop/events")
	count  = statefun.ValueSpec{Name: "count", ValueType: statefun.Int32Type}
)

func counter(ctx statefun.Context, message statefun.Message) error {
	var held int32
	ctx.Storage().Get(count, &held)
	ctx.Storage().Set(count, held+message.AsInt32())
	return nil
}

func relay(ctx statefun.Context, message statefun.Message) error {
	var held int32
	ctx.Storage().Get(count, &held)
	held += message.AsInt32()
	ctx.Storage().Set(count, held)
	id := ctx.Self().Id
	ctx.Send(statefun.MessageBuilder{
		Target: statefun.Address{FunctionType: totals, Id: id},
		Value:  held,
	})
	ctx.SendEgress(statefun.KafkaEgressBuilder{
		Target: events,
		Topic:  "counts",
		Key:    id,
		Value:  fmt.Sprintf("count is %d", held),
	})
	return nil
}

func main() {
	functions := statefun.StatefulFunctionsBuilder()
	for name, function := range map[string]statefun.StatefulFunctionPointer{
		"com.example.shop/counter": counter,
		"com.example.shop/relay":   relay,
	} {
		err := functions.WithSpec(statefun.StatefulFunctionSpec{
			FunctionType: statefun.TypeNameFrom(name),
			States:       []statefun.ValueSpec{count},
			Function:     function,
		})
		if err != nil {
			log.Fatal(err)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on port", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, functions.AsHandler()))
}
