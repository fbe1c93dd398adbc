# reserve_port: sets `reserved` to a port on loopback that nobody listens on, and keeps it for this
# shell and what it starts: two runs at once never take the same. Ports lie below the range from
# which the kernel serves outgoing connections. To be sourced.
reserve_port() {
	local folder=/var/tmp/seamark-ports-$UID lock
	mkdir -p "$folder"
	for reserved in $(shuf -i 20000-29999 -n 200); do
		exec {lock}>"$folder/$reserved"
		if flock -n "$lock" && ! (exec 3<>"/dev/tcp/127.0.0.1/$reserved") 2>/dev/null; then
			return 0
		fi
		exec {lock}>&-
	done
	echo "ports: none of 200 ports between 20000 and 29999 is free on 127.0.0.1" >&2
	return 1
}
