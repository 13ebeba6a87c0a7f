"""A slow road to a local server, as from home to a machine that is far away."""

import asyncio
import contextlib
import multiprocessing

CHUNK = 16_384  # bytes


@contextlib.contextmanager
def road(target, delay, mbit):
    """Open a road to port `target` of this machine, in a process of its own.

    Parameters: delay, seconds that each byte takes, each way; mbit, millions of bits per second
    that fit on it each way, for all connections together.
    Yields: the port where the road begins.
    """
    context = multiprocessing.get_context("spawn")
    ports = context.Queue()
    process = context.Process(target=run, args=(target, delay, mbit, ports), daemon=True)
    process.start()
    try:
        yield ports.get(timeout=30)
    finally:
        process.terminate()
        process.join()


def run(target, delay, mbit, ports):
    asyncio.run(serve(target, Way(delay, mbit), Way(delay, mbit), ports))


async def serve(target, there, back, ports):
    async def connect(reader, writer):
        from_target, to_target = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(there.carry(reader, to_target), back.carry(from_target, writer))

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    ports.put(server.sockets[0].getsockname()[1])
    await server.serve_forever()


class Way:
    """One direction of a road: bytes wait until those before them are on it, and then travel."""

    def __init__(self, delay, mbit):
        self.delay, self.seconds_per_byte = delay, 8 / (mbit * 1e6)
        self.free = 0.0

    async def carry(self, reader, writer):
        """Carry bytes until there are no more."""
        loop, travelling = asyncio.get_running_loop(), asyncio.Queue()
        deliveries = asyncio.create_task(deliver(travelling, writer))
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(CHUNK):
                now = loop.time()
                self.free = max(self.free, now) + len(data) * self.seconds_per_byte
                travelling.put_nowait((self.free + self.delay, data))
                # Who sends more than fits is held up, and others get their turn.
                await asyncio.sleep(self.free - now)
        travelling.put_nowait((self.free + self.delay, b""))
        await deliveries


async def deliver(travelling, writer):
    loop = asyncio.get_running_loop()
    with contextlib.suppress(ConnectionError):
        while True:
            arrival, data = await travelling.get()
            await asyncio.sleep(arrival - loop.time())
            if not data:
                break
            writer.write(data)
            await writer.drain()
    writer.close()
