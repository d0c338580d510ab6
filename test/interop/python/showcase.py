"""State, primitives of every type, a reply to the caller, delayed messages and their cancellation."""

from datetime import timedelta

from statefun import (
    BoolType,
    FloatType,
    IntType,
    StatefulFunctions,
    StringType,
    ValueSpec,
    egress_message_builder,
    make_json_type,
    message_builder,
)

from serve import serve

COMMAND = make_json_type("interop/Command")
RECORD = make_json_type("io.statefun.playground/EgressRecord")

functions = StatefulFunctions()


def tell(context, payload):
    record = {"topic": "showcase", "payload": payload}
    context.send_egress(
        egress_message_builder(target_typename="io.statefun.playground/egress", value=record, value_type=RECORD)
    )


def count(context):
    context.storage.count = (context.storage.count or 0) + 1
    tell(context, f"{context.address.id} counted {context.storage.count}")


def ask(context):
    for given in ({"bool_value": True}, {"int_value": 7}, {"float_value": 1.5}, {"str_value": "seven"}):
        context.send(message_builder(target_typename="interop/mirror", target_id=context.address.id, **given))


def remind(context, seconds):
    reminder = message_builder(
        target_typename="interop/showcase",
        target_id=context.address.id,
        value={"do": "count"},
        value_type=COMMAND,
    )
    token = f"reminder of {context.address.id}"
    context.send_after(timedelta(seconds=seconds), reminder, cancellation_token=token)


@functions.bind(
    typename="interop/showcase",
    specs=[
        ValueSpec(name="count", type=IntType),
        ValueSpec(name="heard", type=StringType, expire_after_write=timedelta(hours=1)),
    ],
)
def showcase(context, message):
    if message.is_string():
        context.storage.heard = message.as_string()
        tell(context, f"{context.address.id} heard {context.storage.heard}")
        return
    command = message.as_type(COMMAND)["do"]
    if command == "count":
        count(context)
    elif command == "forget":
        del context.storage.count
    elif command == "ask":
        ask(context)
    elif command == "remind soon":
        remind(context, 0.2)
    elif command == "remind late":
        remind(context, 3600)
    elif command == "cancel":
        context.cancel_delayed_message(f"reminder of {context.address.id}")
        tell(context, f"{context.address.id} cancelled")


@functions.bind(typename="interop/mirror")
def mirror(context, message):
    if message.is_bool():
        answer = f"boolean {str(message.as_bool()).lower()}"
    elif message.is_int():
        answer = f"int {message.as_int()}"
    elif message.is_float():
        answer = f"float {message.as_float()}"
    else:
        answer = f"string {message.as_string()}"
    caller = context.caller
    context.send(message_builder(target_typename=caller.typename, target_id=caller.id, str_value=answer))


serve(functions)
