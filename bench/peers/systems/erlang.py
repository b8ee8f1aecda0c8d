"""For servers on the Erlang machine: two nodes side by side on loopback, without the port mapper."""


def arguments(n, base):
    return ["-start_epmd", "false", "-erl_epmd_port", base + n, "-kernel", "inet_dist_use_interface", "{127,0,0,1}"]
