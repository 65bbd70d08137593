//! A Core Lightning plugin with cln-plugin: an option, a method, two subscriptions.
use anyhow::Error;
use cln_plugin::options::DefaultStringConfigOption;
use cln_plugin::{Builder, Plugin};
use serde_json::{Value, json};

const GREETING: DefaultStringConfigOption =
    DefaultStringConfigOption::new_str_with_default("greeting", "Hello", "The greeting to use");

#[tokio::main]
async fn main() -> Result<(), Error> {
    let builder = Builder::new(tokio::io::stdin(), tokio::io::stdout())
        .option(GREETING)
        .rpcmethod_from_builder(
            cln_plugin::RpcMethodBuilder::new("hello", hello)
                .description("Greet someone")
                .usage("[name]"),
        )
        .subscribe("connect", on_connect)
        .subscribe("disconnect", on_disconnect)
        .dynamic();
    // There is nothing to run where lightningd only asked for --help.
    let Some(plugin) = builder.start(()).await? else {
        return Ok(());
    };
    log::info!("my-plugin runs in {}", plugin.configuration().lightning_dir);
    plugin.join().await
}

/// The parameters are as the caller gave them: by position or by name.
async fn hello(plugin: Plugin<()>, params: Value) -> Result<Value, Error> {
    let name = params.get(0).or_else(|| params.get("name"));
    let name = name.and_then(Value::as_str).unwrap_or("world");
    log::info!("greeting {name}");
    Ok(json!({ "greeting": format!("{} {name}", plugin.option(&GREETING)?) }))
}

async fn on_connect(_: Plugin<()>, event: Value) -> Result<(), Error> {
    log::info!("connected to {}", event["connect"]["id"]);
    Ok(())
}

async fn on_disconnect(_: Plugin<()>, event: Value) -> Result<(), Error> {
    log::info!("disconnected from {}", event["disconnect"]["id"]);
    Ok(())
}
