#!/bin/sh
sed "s/port: 80/port: 81/; /previous/d"
