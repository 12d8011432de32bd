"""A line between a home and the broker that can be held and cut: line.py PORT BROKER_PORT FOLDER.
While FOLDER/held is there nothing comes down to the home; FOLDER/cut ends what connections there are."""
import os
import select
import socket
import sys
import threading

port, broker_port, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]


def said(what):
	return os.path.exists(f"{folder}/{what}")


def carry(home):
	with home, socket.create_connection(("127.0.0.1", broker_port)) as broker:
		while not said("cut"):
			for end in select.select([home] if said("held") else [home, broker], [], [], 0.02)[0]:
				data = end.recv(65536)
				if not data:
					return
				(broker if end is home else home).sendall(data)


def serve(home):
	try:
		carry(home)
	except OSError:
		pass


with socket.create_server(("127.0.0.1", port)) as listener:
	while True:
		home, _ = listener.accept()
		threading.Thread(target=serve, args=(home,), daemon=True).start()
