"""``python -m cryptocloud_sandbox``: the command ``cryptocloud-sandbox``."""

from .command import main

if __name__ == "__main__":
    main()
