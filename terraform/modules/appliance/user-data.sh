#!/bin/bash
# Runs once, at the machine's first start; everything after that is systemd's. Its output is in
# /var/log/cloud-init-output.log.
set -euo pipefail
export AWS_DEFAULT_REGION=${region}

# The data volume comes after the machine.
device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume}
for _ in $(seq 1 300); do [ -e "$device" ] && break; sleep 1; done
[ -e "$device" ] || { echo "seamark: no volume ${volume} within 5 minutes" >&2; exit 1; }
blkid "$device" >/dev/null || mkfs.xfs -q "$device" # new: it has no file system yet
mkdir -p /var/lib/seamark
echo "UUID=$(blkid -s UUID -o value "$device") /var/lib/seamark xfs defaults,nofail 0 2" >>/etc/fstab
mount /var/lib/seamark

id seamark >/dev/null 2>&1 || useradd --system --home-dir /var/lib/seamark --shell /usr/sbin/nologin seamark
chown seamark:seamark /var/lib/seamark
chmod 700 /var/lib/seamark

aws s3 cp --quiet ${binary} /tmp/seamark
echo "${sha256}  /tmp/seamark" | sha256sum --check --quiet
install -m 755 /tmp/seamark /usr/local/bin/seamark
rm /tmp/seamark

install -d -m 755 /etc/seamark
base64 -d >/etc/seamark/seamark.yml <<'CONFIGURATION'
${configuration}
CONFIGURATION

# Secrets lie in memory and are read anew at each start.
cat >/usr/local/sbin/seamark-secrets <<'SECRETS'
#!/bin/bash
set -euo pipefail
umask 077
for pair in ${secrets}; do
  arn=$${pair#*=}
  aws ssm get-parameter --region "$(cut -d: -f4 <<<"$arn")" --name "$arn" --with-decryption --query Parameter.Value --output text >"/run/seamark-secrets/$${pair%%=*}"
done
chown -R seamark:seamark /run/seamark-secrets
SECRETS
chmod 755 /usr/local/sbin/seamark-secrets

cat >/etc/systemd/system/seamark.service <<'UNIT'
[Unit]
Description=Seamark
Documentation=https://github.com/seamark-hq/seamark
Wants=network-online.target
After=network-online.target
RequiresMountsFor=/var/lib/seamark

[Service]
User=seamark
Group=seamark
RuntimeDirectory=seamark-secrets
RuntimeDirectoryMode=0700
Environment=AWS_REGION=${region}
ExecStartPre=+/usr/local/sbin/seamark-secrets
ExecStart=/usr/local/bin/seamark up --config /etc/seamark/seamark.yml
Restart=always
RestartSec=2
TimeoutStopSec=30
LimitNOFILE=65536
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=/var/lib/seamark
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
LockPersonality=yes

[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now seamark.service
