"""`vidra operator`: the operator itself, with the flags that the Helm chart passes."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from vidra.cli.errors import first
from vidra.cli.options import CredentialsNamespacesOption, SourceHostsOption
from vidra.cli.parsing import Option
from vidra.cli.parsing.errors import FinishedError
from vidra.cli.terminal import echo

if TYPE_CHECKING:  # the other subcommands start faster without the operator's imports
    from vidra.manager import Options


class LogFormat(StrEnum):
    """How log lines are written."""

    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    """From which severity on."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


MetricsAddress = Annotated[str, Option(help="Where /metrics is served, as host:port or :port; 0 serves none.")]
HealthAddress = Annotated[str, Option(help="Where /healthz and /readyz are served; 0 serves none.")]
WebhookAddress = Annotated[
    str, Option(help="Where Infrahub's webhooks are received, at /webhooks/infrahub; 0 receives none.")
]
LeaderElect = Annotated[
    bool, Option("--leader-elect", help="Hold a Lease while working, so that one replica works at a time.")
]
Shards = Annotated[
    int,
    Option(min=1, help="Parts that replicas divide the work into, with --leader-elect; 1: one replica works."),
]
OwnNamespace = Annotated[
    str, Option(help="Vidra's own namespace. Default: POD_NAMESPACE, the Pod's namespace, or vidra-system.")
]
MaxArtifacts = Annotated[
    int, Option(min=1, help="Artifacts that one sync may have; a longer list counts as a mistake.")
]
SourceLimits = Annotated[
    list[str] | None,
    Option(
        "--source-limit",
        help="Another limit for sources other than Infrahub, as NAME=NUMBER, such as text=16Mi; may be repeated.",
        show_default=False,
    ),
]
LogFormatOption = Annotated[LogFormat, Option(help="Form of the log lines.")]
LogLevelOption = Annotated[LogLevel, Option(help="Least severity that is logged, unless the settings name another.")]


def operator(
    metrics_bind_address: MetricsAddress = ":8080",
    health_probe_bind_address: HealthAddress = ":8081",
    webhook_bind_address: WebhookAddress = "0",
    leader_elect: LeaderElect = False,
    shards: Shards = 1,
    namespace: OwnNamespace = "",
    credentials_namespace: CredentialsNamespacesOption = None,
    max_artifacts: MaxArtifacts = 10_000,
    source_host: SourceHostsOption = None,
    source_limit: SourceLimits = None,
    log_format: LogFormatOption = LogFormat.JSON,
    log_level: LogLevelOption = LogLevel.INFO,
) -> None:
    """Run the operator: against the cluster of KUBECONFIG, or inside a Pod against its own.

    Example: vidra operator --log-format text
    """
    import asyncio

    from vidra.cli.log_config import configure
    from vidra.kube.connection import NotConfiguredError
    from vidra.manager.options import Options, connection_from_environment, namespace_from_environment
    from vidra.sources.limits import read_limits
    from vidra.telemetry.otlp_environment import tracing_from_environment

    configure(log_format, log_level)
    if shards > 1 and not leader_elect:
        echo("vidra operator: --shards needs --leader-elect: a shard is held by a Lease", err=True)
        raise FinishedError(2)
    try:
        options = Options(
            connection=connection_from_environment(),
            namespace=namespace or namespace_from_environment(),
            credentials_namespaces=tuple(credentials_namespace or ()),
            leader_elect=leader_elect,
            shards=shards,
            max_artifacts=max_artifacts,
            source_hosts=tuple(source_host or ()),
            source_limits=read_limits(source_limit or ()),
            webhooks=webhook_bind_address != "0",
            log_level=log_level,
            tracing=tracing_from_environment(),
        )
        addresses = metrics_bind_address, health_probe_bind_address, webhook_bind_address
        raise FinishedError(asyncio.run(_run(options, *addresses)))
    except NotConfiguredError as error:
        echo(f"vidra operator: {error}", err=True)
        raise FinishedError(2) from None


async def _run(options: Options, metrics_bind: str, health_bind: str, webhook_bind: str) -> int:
    """Work until told to stop; the exit code.

    Raises:
        NotConfiguredError: The credentials cannot be used.
    """
    import asyncio
    import signal

    import structlog

    from vidra.manager import Manager
    from vidra.manager.gc_tuning import freeze_imports
    from vidra.web.bind import BindError
    from vidra.web.server import health, metrics, serving
    from vidra.web.webhooks import receiving

    log = structlog.get_logger("vidra.manager")
    work = Manager(options)
    freeze_imports()
    this = asyncio.current_task()
    assert this is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, this.cancel)
    try:
        async with (
            serving(health_bind, health(work.ready, lambda: work.deaf)),
            serving(metrics_bind, metrics(work.metrics.registry)),
            receiving(webhook_bind, work),
        ):
            await work.run()
    except asyncio.CancelledError:
        log.info("stopped")
        return 0
    except BindError as error:
        await work.close()
        echo(f"vidra operator: {error}", err=True)
    except BaseExceptionGroup as errors:
        cause = first(errors)
        log.error("operator ended", error=f"{type(cause).__name__}: {cause}")
    return 1
