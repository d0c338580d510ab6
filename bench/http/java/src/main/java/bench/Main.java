package bench;

import io.undertow.Undertow;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.statefun.sdk.java.Context;
import org.apache.flink.statefun.sdk.java.StatefulFunction;
import org.apache.flink.statefun.sdk.java.StatefulFunctionSpec;
import org.apache.flink.statefun.sdk.java.StatefulFunctions;
import org.apache.flink.statefun.sdk.java.TypeName;
import org.apache.flink.statefun.sdk.java.ValueSpec;
import org.apache.flink.statefun.sdk.java.handler.RequestReplyHandler;
import org.apache.flink.statefun.sdk.java.io.KafkaEgressMessage;
import org.apache.flink.statefun.sdk.java.message.Message;
import org.apache.flink.statefun.sdk.java.message.MessageBuilder;
import org.apache.flink.statefun.sdk.java.slice.Slice;
import org.apache.flink.statefun.sdk.java.slice.Slices;

/** The functions of the bench with the official Java SDK, served by Undertow as its examples serve them. */
public final class Main {
  private static final TypeName TOTALS = TypeName.typeNameFromString("com.example.shop/totals");
  private static final TypeName EVENTS = TypeName.typeNameFromString("com.example.shop/events");
  private static final ValueSpec<Integer> COUNT = ValueSpec.named("count").withIntType();

  private static final class Counter implements StatefulFunction {
    @Override
    public CompletableFuture<Void> apply(Context context, Message message) {
      int count = context.storage().get(COUNT).orElse(0) + message.asInt();
      context.storage().set(COUNT, count);
      return context.done();
    }
  }

  private static final class Relay implements StatefulFunction {
    @Override
    public CompletableFuture<Void> apply(Context context, Message message) {
      int count = context.storage().get(COUNT).orElse(0) + message.asInt();
      context.storage().set(COUNT, count);
      String id = context.self().id();
      context.send(MessageBuilder.forAddress(TOTALS, id).withValue(count).build());
      context.send(
          KafkaEgressMessage.forEgress(EVENTS)
              .withTopic("counts")
              .withUtf8Key(id)
              .withUtf8Value("count is " + count)
              .build());
      return context.done();
    }
  }

  public static void main(String[] args) {
    StatefulFunctions functions =
        new StatefulFunctions()
            .withStatefulFunction(
                StatefulFunctionSpec.builder(
                        TypeName.typeNameFromString("com.example.shop/counter"))
                    .withSupplier(Counter::new)
                    .withValueSpec(COUNT)
                    .build())
            .withStatefulFunction(
                StatefulFunctionSpec.builder(TypeName.typeNameFromString("com.example.shop/relay"))
                    .withSupplier(Relay::new)
                    .withValueSpec(COUNT)
                    .build());
    RequestReplyHandler handler = functions.requestReplyHandler();
    Undertow server =
        Undertow.builder()
            .addHttpListener(0, "127.0.0.1")
            .setHandler(exchange -> serve(handler, exchange))
            .build();
    server.start();
    InetSocketAddress address =
        (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
    System.out.println("listening on port " + address.getPort());
  }

  private static void serve(RequestReplyHandler handler, HttpServerExchange exchange) {
    exchange
        .getRequestReceiver()
        .receiveFullBytes(
            (received, body) -> {
              CompletableFuture<Slice> answer = handler.handle(Slices.wrap(body));
              if (answer.isDone()) {
                finish(received, answer);
              } else {
                received.dispatch(() -> answer.whenComplete((slice, failure) -> finish(received, answer)));
              }
            });
  }

  private static void finish(HttpServerExchange exchange, CompletableFuture<Slice> answer) {
    if (answer.isCompletedExceptionally()) {
      exchange.setStatusCode(500).endExchange();
      return;
    }
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/octet-stream");
    exchange.getResponseSender().send(answer.join().asReadOnlyByteBuffer());
  }

  private Main() {}
}
