"""Counts the visits of a person, one address a person, and greets."""

from statefun import IntType, StatefulFunctions, ValueSpec, egress_message_builder, make_json_type, message_builder

from serve import serve

HELLO = make_json_type("interop/Hello")
GREET = make_json_type("interop/Greet")
RECORD = make_json_type("io.statefun.playground/EgressRecord")

functions = StatefulFunctions()


@functions.bind(typename="interop/person", specs=[ValueSpec(name="visits", type=IntType)])
def person(context, message):
    name = message.as_type(HELLO)["name"]
    visits = (context.storage.visits or 0) + 1
    context.storage.visits = visits
    greet = {"name": name, "visits": visits}
    context.send(message_builder(target_typename="interop/greeter", target_id=name, value=greet, value_type=GREET))


@functions.bind(typename="interop/greeter")
def greeter(context, message):
    greet = message.as_type(GREET)
    payload = f"Hello {greet['name']}, visit {greet['visits']}"
    record = {"topic": "greetings", "payload": payload}
    context.send_egress(
        egress_message_builder(target_typename="io.statefun.playground/egress", value=record, value_type=RECORD)
    )


serve(functions)
