"""Sends a file of frames to whoever connects, several times over, as fast as it is taken; the system does the copying.

    python tcp_replay.py PORT FILE TIMES
"""
import os
import socket
import sys
import time

port, path, times = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with socket.create_server(("127.0.0.1", port)) as server, open(path, "rb") as file:
    print("listening", flush=True)
    client, _ = server.accept()
    # One client is one measurement: who comes again finds nobody.
    server.close()
    print("connected", time.time(), flush=True)
    size = os.fstat(file.fileno()).st_size
    for _ in range(times):
        at = 0
        while at < size:
            at += os.sendfile(client.fileno(), file.fileno(), at, size - at)
    client.shutdown(socket.SHUT_WR)
    # Waits until the other side has read everything and closes.
    while client.recv(1 << 16):
        pass
    print("done", time.time(), flush=True)
